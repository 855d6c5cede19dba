using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Neighbours.Words;
using Pipeline.Sift;
using Pipeline.Storage;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>Trains the vocabulary of a collection on what it holds, registers it, and answers the event that says so.</summary>
public sealed partial class CollectionTraining(
    CollectionCatalog collections,
    VocabularyCatalog vocabularies,
    TrainingImages images,
    ArtifactStore artifacts,
    IOptions<VocabularyTrainingOptions> options,
    IOptions<VocabularyOptions> defaults,
    VocabularyMetrics metrics,
    TimeProvider time,
    ILogger<CollectionTraining> logger)
{
    private const int LoggedShare = 10;

    /// <summary>Does what the command says, unless it is done already or cannot be done.</summary>
    /// <param name="command">The command, with an id.</param>
    /// <param name="ct">Cancels; the training can be begun again.</param>
    /// <returns>What to publish; null if nothing came of it, or another vocabulary has taken its place by now.</returns>
    /// <exception cref="TrainingHeldException">Another training of the collection is under way.</exception>
    public async Task<VocabularyPublished?> RunAsync(TrainVocabulary command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await collections.GetCurrentAsync(command.Collection, ct) is not { } collection)
        {
            LogRefused(logger, command.Collection, "there is no such collection");
            return null;
        }

        try
        {
            var (record, training) = await vocabularies.RunAsync(
                command,
                options.Value.Limits,
                token => TrainAsync(command, collection, token),
                () => Refused(command, $"it takes longer than {options.Value.Timeout}"),
                ct);
            return EventOf(command, record, training);
        }
        finally
        {
            metrics.Progress(1);
        }
    }

    private async Task<VocabularyTraining> TrainAsync(TrainVocabulary command, CollectionRecord collection, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var settings = SettingsOf(command, collection.Settings.Vocabulary, defaults.Value);
        if (collection.Active is null)
        {
            return Refused(command, "the collection has no image with CNN features yet");
        }

        if (settings.Words is < 1 or > VisualVocabulary.MaxWords)
        {
            return Refused(command, $"words must be 1 to {VisualVocabulary.MaxWords}");
        }

        var features = await images.ReadAsync(command.Collection, options.Value.MaxImages, settings.Seed, ct);
        var descriptors = features.Sum(f => (long)f.Count);
        if (descriptors == 0)
        {
            return Refused(command, "no image of the collection has a keypoint");
        }

        LogBegun(logger, command.Collection, settings.Words, features.Count, descriptors);
        var vocabulary = await Task.Run(() => new VocabularyTrainer(settings).Train(features, new Progress(metrics, logger, command.Collection), ct), ct);
        var artifact = await artifacts.AddAsync(
            VocabularyCatalog.ArtifactKind, vocabulary.Serialize(), Lineage(command, collection, settings, features, vocabulary), ct);
        var elapsed = Stopwatch.GetElapsedTime(started);
        metrics.Done("done", elapsed);
        LogDone(logger, artifact.Version, command.Collection, vocabulary.Size, elapsed.TotalSeconds);
        return new VocabularyTraining
        {
            Id = command.CorrelationId,
            State = TrainingState.Done,
            Version = artifact.Version,
            Words = vocabulary.Size,
            At = time.GetUtcNow(),
        };
    }

    private VocabularyTraining Refused(TrainVocabulary command, string reason)
    {
        metrics.Failed();
        LogRefused(logger, command.Collection, reason);
        return new VocabularyTraining { Id = command.CorrelationId, State = TrainingState.Failed, Reason = reason, At = time.GetUtcNow() };
    }

    private static VocabularyPublished? EventOf(TrainVocabulary command, TrainingRecord<VocabularyTraining> record, VocabularyTraining training) =>
        training is { State: TrainingState.Done, Version: { } version } && record.Serving == training.Id
            ? new VocabularyPublished { Collection = command.Collection, VocabularyVersion = version, Words = training.Words, CorrelationId = training.Id }
            : null;

    private static VocabularyOptions SettingsOf(TrainVocabulary command, VocabularySettings wanted, VocabularyOptions defaults) => new()
    {
        Words = command.Words ?? wanted.Words ?? defaults.Words,
        Branches = defaults.Branches,
        DescriptorsPerBranch = defaults.DescriptorsPerBranch,
        Iterations = defaults.Iterations,
        MaxDescriptors = defaults.MaxDescriptors,
        Seed = command.Seed is { } seed ? unchecked((uint)seed) : defaults.Seed,
        Threads = defaults.Threads,
    };

    private static ArtifactLineage Lineage(
        TrainVocabulary command, CollectionRecord collection, VocabularyOptions settings, IReadOnlyList<SiftFeatures> features, VisualVocabulary vocabulary)
    {
        return new ArtifactLineage
        {
            Parent = collection.Active!.VocabularyVersion,
            CreatedFrom = $"training {command.CorrelationId} on collection {command.Collection}",
            Collection = command.Collection,
            Settings = new Dictionary<string, string>
            {
                ["words"] = Text(settings.Words),
                ["branches"] = Text(settings.Branches),
                ["descriptorsPerBranch"] = Text(settings.DescriptorsPerBranch),
                ["iterations"] = Text(settings.Iterations),
                ["maxDescriptors"] = Text(settings.MaxDescriptors),
                ["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            },
            Metrics = new Dictionary<string, double>
            {
                ["images"] = features.Count,
                ["descriptors"] = features.Sum(f => (long)f.Count),
                ["upperWords"] = vocabulary.WordCount,
                ["words"] = vocabulary.Size,
                ["quantisationError"] = QuantisationError(vocabulary, features),
            },
        };

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Root mean square distance of a descriptor to its word; descriptors have a length of about 512.</summary>
    private static double QuantisationError(VisualVocabulary vocabulary, IReadOnlyList<SiftFeatures> features) =>
        Math.Sqrt(features.Sum(f => vocabulary.SquaredError(f.Descriptors)) / features.Sum(f => (double)f.Count));

    private sealed class Progress(VocabularyMetrics metrics, ILogger logger, string collection) : IProgress<double>
    {
        private int _logged;

        public void Report(double value)
        {
            metrics.Progress(value);
            var share = (int)(value * 100) / LoggedShare * LoggedShare;
            if (share > _logged)
            {
                _logged = share;
                LogProgress(logger, collection, share);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Training a vocabulary of {Words} upper words for {Collection} on {Images} images with {Descriptors} descriptors")]
    private static partial void LogBegun(ILogger logger, string collection, int words, int images, long descriptors);

    [LoggerMessage(Level = LogLevel.Information, Message = "The vocabulary of {Collection} is trained to {Percent} %")]
    private static partial void LogProgress(ILogger logger, string collection, int percent);

    [LoggerMessage(Level = LogLevel.Information, Message = "Trained {Version} for {Collection}: {Words} visual words in {Seconds:0.0} s")]
    private static partial void LogDone(ILogger logger, string version, string collection, int words, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No vocabulary is trained for {Collection}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string collection, string reason);
}
