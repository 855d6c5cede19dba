using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Hashing.Learning;
using Pipeline.Storage;

namespace Pipeline.HashEncoding.Training;

/// <summary>
/// Trains encoders on what a collection holds, compares them with each other and with the one that serves on rows held out, registers
/// all of them with their figures, and answers the event that says which one is to serve.
/// </summary>
public sealed partial class CollectionEncoders(
    CollectionCatalog collections,
    EncoderCatalog trainings,
    ImageCatalog images,
    FeatureBlobs stored,
    ArtifactStore artifacts,
    Encoders encoders,
    CandidateTraining candidates,
    EncoderMethods methods,
    IOptions<EncoderTrainingOptions> options,
    EncoderMetrics metrics,
    TimeProvider time,
    ILogger<CollectionEncoders> logger)
{
    private const int LeastBits = 16;
    private const int MostBits = 256;

    /// <summary>Share of the time limit after which no method is trained any more.</summary>
    private const double TrainingShare = 0.8;

    /// <summary>Does what the command says, unless it is done already or cannot be done.</summary>
    /// <param name="command">The command, with an id.</param>
    /// <param name="ct">Cancels; the training can be begun again.</param>
    /// <returns>What to publish; null if nothing is to serve by it, or another encoder is by now.</returns>
    /// <exception cref="TrainingHeldException">Another training of the collection is under way.</exception>
    public async Task<EncoderPublished?> RunAsync(TrainEncoder command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await collections.GetCurrentAsync(command.Collection, ct) is not { } collection)
        {
            LogRefused(logger, command.Collection, RejectionReasons.UnknownCollection, "there is no such collection");
            metrics.Failed();
            return null;
        }

        try
        {
            var (record, training) = await trainings.RunAsync(
                command,
                options.Value.Limits,
                token => TrainAsync(command, collection, token),
                () => Failed(command, TrainingReasons.TimedOut, $"It takes longer than {options.Value.Timeout}."),
                ct);
            return training is { IsToServe: true, Version: { } version } && record.Serving == training.Id
                ? new EncoderPublished { Collection = command.Collection, EncoderVersion = version, Bits = training.Bits, CorrelationId = training.Id }
                : null;
        }
        finally
        {
            metrics.Progress(1);
        }
    }

    private async Task<EncoderTraining> TrainAsync(TrainEncoder command, CollectionRecord collection, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var wanted = collection.Settings.Encoder;
        var bits = command.Bits ?? wanted.Bits ?? options.Value.Bits ?? collection.Active?.Bits ?? LeastBits;
        if (bits is < LeastBits or > MostBits || bits % 8 != 0)
        {
            return Failed(command, TrainingReasons.InvalidBits, $"bits must be a multiple of 8 from {LeastBits} to {MostBits}, not {bits}.");
        }

        if (methods.Find(command.Methods ?? wanted.Methods ?? options.Value.MethodNames()) is not { } learners)
        {
            return Failed(command, TrainingReasons.UnknownMethod, $"Known methods are {string.Join(", ", methods.Names)}.");
        }

        if (collection.Active is not { } generation)
        {
            return Failed(command, TrainingReasons.TooFewFeatures, "The collection has no image with CNN features yet.");
        }

        var seed = unchecked((ulong)(command.Seed ?? options.Value.Seed));
        TrainingFeatures features;
        try
        {
            features = await TrainingFeatures.ReadAsync(images, stored, command.Collection, generation, options.Value, seed, ct);
        }
        catch (TrainingDataException e)
        {
            return Failed(command, TrainingReasons.TooFewFeatures, e.Message);
        }

        // What learns from labels is passed over where they do not count, unless the command or the collection asks for it: then it says why.
        learners = command.Methods is null && wanted.Methods is null && features.Labels is null ? [.. learners.Where(learner => learner is not ISupervisedHashLearner)] : learners;
        return features.Gallery.Count >= bits
            ? await CompareAsync(command, generation, features, learners, bits, seed, started, ct)
            : Failed(command, TrainingReasons.TooFewFeatures, $"There are {features.Gallery.Count} features to learn {bits} bits from; at least {bits} are needed.");
    }

    private async Task<EncoderTraining> CompareAsync(
        TrainEncoder command, Generation generation, TrainingFeatures features, IReadOnlyList<IHashLearner> learners, int bits, ulong seed, long started, CancellationToken ct)
    {
        LogBegun(logger, command.Collection, learners.Count, bits, features.Gallery.Count, features.Queries.Count, features.LeftOut);
        var comparison = await Task.Run(() => HeldOutComparison.Prepare(features, ct), ct);
        var present = await MeasurePresentAsync(command.Collection, generation, comparison, ct);
        var trained = await TrainAllAsync(command, learners, features, comparison, bits, seed, started, ct);

        // A stable order: of equal ones the reference, which comes first, is the better.
        Candidate[] ranked = [.. trained.OrderByDescending(candidate => candidate.Model is not null).ThenByDescending(candidate => candidate.Figures.Map)];
        if (ranked[0].Model is null)
        {
            return Failed(command, TrainingReasons.NotLearnable, ranked[0].Figures.Detail!) with { Candidates = [.. ranked.Select(candidate => candidate.Figures)] };
        }

        foreach (var candidate in ranked.Where(candidate => candidate.Model is not null))
        {
            await artifacts.AddAsync(EncoderCatalog.ArtifactKind, candidate.Model, Lineage(command, generation, features, candidate.Figures, present, seed), ct);
        }

        var best = ranked[0].Figures;
        var promoted = present is null || best.Map > present.Map;
        var elapsed = Stopwatch.GetElapsedTime(started);
        metrics.Done(promoted ? "promoted" : "kept", elapsed);
        LogDone(logger, best.Version!, best.Method, command.Collection, best.Map, present?.Map, promoted, elapsed.TotalSeconds);
        return new EncoderTraining
        {
            Id = command.CorrelationId,
            State = TrainingState.Done,
            Version = best.Version,
            Bits = bits,
            Promoted = promoted,
            Rows = features.Gallery.Count,
            HeldOut = features.Queries.Count,
            Present = present,
            Candidates = [.. ranked.Select(candidate => candidate.Figures)],
            At = time.GetUtcNow(),
        };
    }

    /// <summary>
    /// Trains one method after the other. When most of the time is over what was trained by then is compared: that is worth more than
    /// nothing at all.
    /// </summary>
    private async Task<List<Candidate>> TrainAllAsync(
        TrainEncoder command, IReadOnlyList<IHashLearner> learners, TrainingFeatures features, HeldOutComparison comparison, int bits, ulong seed, long started, CancellationToken ct)
    {
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var left = (options.Value.Timeout * TrainingShare) - Stopwatch.GetElapsedTime(started);
        budget.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        var trained = new List<Candidate>();
        foreach (var learner in learners)
        {
            metrics.Progress((double)trained.Count / learners.Count);
            Candidate candidate;
            try
            {
                candidate = await Task.Run(() => candidates.Train(learner, features, comparison, bits, seed, budget.Token), budget.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested && trained.Exists(other => other.Model is not null))
            {
                candidate = new Candidate(new EncoderFigures { Method = learner.Name, Bits = bits, Detail = "There was no time left for it." }, Model: null);
            }

            LogCandidate(logger, learner.Name, command.Collection, candidate.Figures.Map, candidate.Figures.Seconds, candidate.Figures.Detail);
            trained.Add(candidate);
        }

        return trained;
    }

    /// <summary>The figures of the encoder that a candidate has to be better than: the last one promoted, which perhaps does not serve yet.</summary>
    private async Task<EncoderFigures?> MeasurePresentAsync(string collection, Generation generation, HeldOutComparison comparison, CancellationToken ct)
    {
        var record = await trainings.GetAsync(collection, ct);
        var version = (record.Serving is { } serving ? record.Find(serving)?.Version : null)
            ?? generation.NextEncoder?.Version
            ?? generation.EncoderVersion;
        try
        {
            using var lease = await encoders.RentAsync(version, ct);
            return new EncoderFigures
            {
                Method = "present",
                Version = version,
                Bits = lease.Value.Bits,
                Map = await Task.Run(() => comparison.Measure(lease.Value, ct), ct),
            };
        }
        catch (ArtifactNotFoundException)
        {
            // Of a time in which encoders were not registered: no query can be encoded by it, so any other one is better.
            LogUnknownPresent(logger, version);
            return null;
        }
    }

    private EncoderTraining Failed(TrainEncoder command, string reason, string detail)
    {
        metrics.Failed();
        LogRefused(logger, command.Collection, reason, detail);
        return new EncoderTraining { Id = command.CorrelationId, State = TrainingState.Failed, Reason = reason, Detail = detail, At = time.GetUtcNow() };
    }

    private static ArtifactLineage Lineage(
        TrainEncoder command, Generation generation, TrainingFeatures features, EncoderFigures figures, EncoderFigures? present, ulong seed) => new()
        {
            Parent = present?.Version ?? generation.EncoderVersion,
            CreatedFrom = $"training {command.CorrelationId} on collection {command.Collection}",
            Collection = command.Collection,
            Settings = new Dictionary<string, string>
            {
                ["method"] = figures.Method,
                ["bits"] = figures.Bits.ToString(CultureInfo.InvariantCulture),
                ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
                ["model"] = generation.ModelVersion,
            },
            Metrics = new Dictionary<string, double>
            {
                ["rows"] = features.Gallery.Count,
                ["heldOut"] = features.Queries.Count,
                ["imagesLeftOut"] = features.LeftOut,
                ["labelled"] = features.Labels?.Gallery.Count(label => label is not null) ?? 0,
                ["map"] = figures.Map,
                ["presentMap"] = present?.Map ?? 0,
                ["seconds"] = figures.Seconds,
            },
        };

    [LoggerMessage(Level = LogLevel.Information, Message = "Training encoders for {Collection} by {Methods} methods: {Bits} bits from {Rows} features, compared on {HeldOut}; {LeftOut} images are left out")]
    private static partial void LogBegun(ILogger logger, string collection, int methods, int bits, int rows, int heldOut, int leftOut);

    [LoggerMessage(Level = LogLevel.Information, Message = "Encoder {Method} for {Collection}: mAP {Map:0.0000}, trained in {Seconds:0.0} s {Detail}")]
    private static partial void LogCandidate(ILogger logger, string method, string collection, double map, double seconds, string? detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Trained {Version} ({Method}) for {Collection}: mAP {Map:0.0000}, present {Present:0.0000}, promoted {Promoted}, in {Seconds:0.0} s")]
    private static partial void LogDone(ILogger logger, string version, string method, string collection, double map, double? present, bool promoted, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No encoder is trained for {Collection}: {Reason}, {Detail}")]
    private static partial void LogRefused(ILogger logger, string collection, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The encoder {Version} in use is not in the registry; it cannot be compared")]
    private static partial void LogUnknownPresent(ILogger logger, string version);
}
