using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.HashEncoding;
using Pipeline.HashEncoding.Training;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.HashEncoding;

/// <summary>Who is promoted, who is not, and what is refused.</summary>
public sealed class CollectionEncodersTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private const int Dimensions = 24;
    private const int Images = 120;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HashEncoder _present = new(LearnerOf.Blind("blind").Train(new FeatureRows(new float[Dimensions], Dimensions), 16, 0).BuildModel(), OnnxFixture.Sessions);
    private readonly EncoderTrainingOptions _options = new() { Hold = TimeSpan.FromSeconds(5) };
    private Encoders _encoders = null!;

    public async Task InitializeAsync()
    {
        _encoders = new Encoders(_present, _catalog.Artifacts, OnnxFixture.Sessions);
        await _catalog.Collections.CreateAsync(Collection, None);
        await _catalog.Collections.ActivateFirstAsync(
            Collection, new() { Number = 1, ModelVersion = "c", Dimensions = Dimensions, EncoderVersion = _present.Version, Bits = 16 }, None);
        var rows = HeldOutComparisonTests.Rows(Images, 1, Dimensions);
        foreach (var row in rows)
        {
            await AddAsync(row, "c");
        }
    }

    public async Task DisposeAsync()
    {
        _encoders.Dispose();
        _present.Dispose();
        await _services.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task The_best_candidate_is_promoted_and_all_are_in_the_registry_with_their_figures()
    {
        await AddAsync(new float[Dimensions + 1], "another-model");
        var command = Command(bits: 32);
        var published = await RunAsync(command, LearnerOf.Planes("lsh"), LearnerOf.Failing("itq", "no variance"), LearnerOf.Blind("none"));

        var training = await TrainingAsync(command);
        Assert.Equal((TrainingState.Done, true, 32, 96, 24), (training.State, training.Promoted, training.Bits, training.Rows, training.HeldOut));
        Assert.Equal((training.Version, 32, command.CorrelationId), (published!.EncoderVersion, published.Bits, published.CorrelationId));
        Assert.Equal(["lsh", "none", "itq"], training.Candidates.Select(candidate => candidate.Method));
        Assert.True(training.Candidates[0].Map > training.Candidates[1].Map);
        Assert.Equal(_present.Version, training.Present!.Version);
        Assert.Equal("no variance", training.Candidates[2].Detail);
        foreach (var candidate in training.Candidates.Take(2))
        {
            var artifact = (await _catalog.Artifacts.GetAsync(candidate.Version!, None))!;
            Assert.Equal((candidate.Method, candidate.Map, _present.Version), (artifact.Lineage.Settings["method"], artifact.Lineage.Metrics["map"], artifact.Lineage.Parent));
            using var encoder = new HashEncoder(await _catalog.Artifacts.LoadAsync(candidate.Version!, None), OnnxFixture.Sessions);
            Assert.Equal((candidate.Version, 32), (encoder.Version, encoder.Bits));
        }

        Assert.Equal(command.CorrelationId, (await _catalog.Encoders.GetAsync(Collection, None)).Serving);
    }

    [Fact]
    public async Task A_candidate_that_is_no_better_than_the_present_encoder_is_registered_and_not_promoted()
    {
        var command = Command();
        Assert.Null(await RunAsync(command, LearnerOf.Blind("blind")));

        var training = await TrainingAsync(command);
        Assert.Equal((TrainingState.Done, false, training.Present!.Map), (training.State, training.Promoted, Assert.Single(training.Candidates).Map));
        Assert.NotNull(await _catalog.Artifacts.GetAsync(training.Version!, None));
        Assert.Null((await _catalog.Encoders.GetAsync(Collection, None)).Serving);
    }

    [Fact]
    public async Task Of_equal_candidates_the_reference_is_promoted()
    {
        var command = Command();
        await RunAsync(command, LearnerOf.Planes("lsh"), LearnerOf.Planes("ldph(lsh)"));

        Assert.Equal("lsh", (await TrainingAsync(command)).Candidates[0].Method);
    }

    [Fact]
    public async Task What_learns_from_labels_gets_them_where_enough_images_have_one()
    {
        foreach (var (row, i) in HeldOutComparisonTests.Rows(80, 2, Dimensions).Select((row, i) => (row, i)))
        {
            await AddAsync(row, "c", i % 2 == 0 ? "cat" : "dog");
        }

        _options.MinLabelled = 0.4;
        var learner = new SupervisedLearnerOf("ldsh(lsh)");
        var command = Command();
        await RunAsync(command, LearnerOf.Planes("lsh"), learner);

        var training = await TrainingAsync(command);
        Assert.Equal(["ldsh(lsh)", "lsh"], training.Candidates.Select(candidate => candidate.Method).Order(StringComparer.Ordinal));
        Assert.All(training.Candidates, candidate => Assert.NotNull(candidate.Version));
        Assert.Equal((training.Rows, 2), (learner.Labels!.Count, learner.Labels.OfType<int>().Distinct().Count()));
        Assert.Equal(
            learner.Labels.Count(label => label is not null),
            (await _catalog.Artifacts.GetAsync(training.Version!, None))!.Lineage.Metrics["labelled"]);
    }

    [Fact]
    public async Task What_learns_from_labels_is_passed_over_without_them_unless_the_command_names_it()
    {
        var command = Command();
        await RunAsync(command, LearnerOf.Planes("lsh"), new SupervisedLearnerOf("ldsh(lsh)"));
        Assert.Equal("lsh", Assert.Single((await TrainingAsync(command)).Candidates).Method);

        command = Command() with { Methods = ["ldsh(lsh)"] };
        await RunAsync(command, LearnerOf.Planes("lsh"), new SupervisedLearnerOf("ldsh(lsh)"));
        Assert.Equal([("lsh", null), ("ldsh(lsh)", "no labels")], (await TrainingAsync(command)).Candidates.Select(candidate => (candidate.Method, candidate.Detail)));
    }

    [Fact]
    public async Task A_command_is_carried_out_once_and_announced_as_often_as_it_is_delivered()
    {
        var learner = LearnerOf.Planes("lsh");
        var command = Command();
        var published = await RunAsync(command, learner);
        Assert.Equal(published, await RunAsync(command, learner));
        Assert.Equal(1, learner.Trainings);
    }

    [Fact]
    public async Task Features_that_are_damaged_gone_or_of_another_length_do_not_keep_an_encoder_from_being_trained_on_the_others()
    {
        var whole = new CnnFeatures(new float[Dimensions], Array.Empty<Half>(), []).Serialize();
        var notFinite = new CnnFeatures(Enumerable.Repeat(float.NaN, Dimensions).ToArray(), Array.Empty<Half>(), []).Serialize();
        foreach (var stored in (byte[]?[])[whole[..^1], notFinite, null])
        {
            await AddStoredAsync(stored, "c");
        }

        await AddAsync(new float[Dimensions + 1], "c");

        var command = Command();
        Assert.NotNull(await RunAsync(command, LearnerOf.Planes("lsh")));

        var training = await TrainingAsync(command);
        Assert.Equal((96, 24), (training.Rows, training.HeldOut));
        Assert.Equal(4, (await _catalog.Artifacts.GetAsync(training.Version!, None))!.Lineage.Metrics["imagesLeftOut"]);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(264)]
    [InlineData(-16)]
    public async Task A_length_that_no_code_can_have_is_refused(int bits) =>
        await RefusedAsync(Command(bits), TrainingReasons.InvalidBits);

    [Fact]
    public async Task A_method_that_is_not_known_is_refused() =>
        await RefusedAsync(Command() with { Methods = ["lsh", "magic"] }, TrainingReasons.UnknownMethod);

    [Fact]
    public async Task Fewer_features_than_bits_are_refused() => await RefusedAsync(Command(bits: 128), TrainingReasons.TooFewFeatures);

    [Fact]
    public async Task Features_that_no_method_can_learn_from_are_refused_and_say_why()
    {
        var command = Command();
        Assert.Null(await RunAsync(command, LearnerOf.Failing("lsh", "all rows are equal")));
        var training = await TrainingAsync(command);
        Assert.Equal((TrainingState.Failed, TrainingReasons.NotLearnable, "all rows are equal"), (training.State, training.Reason, training.Detail));
    }

    [Fact]
    public async Task A_training_that_takes_too_long_ends_and_leaves_nothing_half_written()
    {
        _options.Timeout = TimeSpan.FromSeconds(1);
        var command = Command();
        Assert.Null(await RunAsync(command, LearnerOf.Endless("lsh")));

        var record = await _catalog.Encoders.GetAsync(Collection, None);
        Assert.Equal((TrainingReasons.TimedOut, (Guid?)null), (record.Find(command.CorrelationId)!.Reason, record.Holder));
        Assert.Empty(await _catalog.Artifacts.ListAsync(EncoderCatalog.ArtifactKind, None));
    }

    [Fact]
    public async Task What_was_trained_when_the_time_is_nearly_over_is_compared_without_the_rest()
    {
        _options.Timeout = TimeSpan.FromSeconds(10);
        var command = Command();
        Assert.NotNull(await RunAsync(command, LearnerOf.Planes("lsh"), LearnerOf.Endless("itq"), LearnerOf.Endless("sh")));

        var training = await TrainingAsync(command);
        Assert.Equal(["lsh", "itq", "sh"], training.Candidates.Select(candidate => candidate.Method));
        Assert.All(training.Candidates.Skip(1), candidate => Assert.Equal((null, "There was no time left for it."), (candidate.Version, candidate.Detail)));
    }

    [Fact]
    public async Task A_training_that_is_cancelled_is_begun_again_by_the_next_delivery()
    {
        using var stopping = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = Command();
        var running = Training(LearnerOf.Endless("lsh", begun)).RunAsync(command, stopping.Token);
        await begun.Task;
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(TrainingState.Running, (await TrainingAsync(command)).State);

        Assert.NotNull(await RunAsync(command, LearnerOf.Planes("lsh")));
    }

    [Fact]
    public async Task A_collection_that_does_not_exist_is_refused_and_one_without_images_fails()
    {
        Assert.Null(await RunAsync(Command() with { Collection = "nowhere" }, LearnerOf.Planes("lsh")));
        Assert.Empty((await _catalog.Encoders.GetAsync("nowhere", None)).Trainings);

        await _catalog.Collections.CreateAsync("empty", None);
        var command = Command() with { Collection = "empty" };
        Assert.Null(await RunAsync(command, LearnerOf.Planes("lsh")));
        Assert.Equal(TrainingReasons.TooFewFeatures, (await _catalog.Encoders.GetAsync("empty", None)).Find(command.CorrelationId)!.Reason);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_encoder_and_another_one_another()
    {
        var versions = new List<string>();
        foreach (var seed in new[] { 1, 1, 2 })
        {
            var command = Command() with { Seed = seed };
            await RunAsync(command, LearnerOf.Planes("lsh"));
            versions.Add((await TrainingAsync(command)).Version!);
        }

        Assert.Equal(versions[0], versions[1]);
        Assert.NotEqual(versions[0], versions[2]);
    }

    [Fact]
    public async Task A_candidate_has_to_be_better_than_what_was_promoted_before_even_if_that_does_not_serve_yet()
    {
        Assert.NotNull(await RunAsync(Command(), LearnerOf.Planes("lsh")));
        var command = Command();
        Assert.Null(await RunAsync(command, LearnerOf.Planes("lsh")));

        var training = await TrainingAsync(command);
        Assert.Equal((false, training.Version), (training.Promoted, training.Present!.Version));
    }

    private async Task RefusedAsync(TrainEncoder command, string reason)
    {
        Assert.Null(await RunAsync(command, LearnerOf.Planes("lsh")));
        var training = await TrainingAsync(command);
        Assert.Equal((TrainingState.Failed, reason), (training.State, training.Reason));
        Assert.False(string.IsNullOrEmpty(training.Detail));
        Assert.Empty(await _catalog.Artifacts.ListAsync(EncoderCatalog.ArtifactKind, None));
    }

    private static TrainEncoder Command(int? bits = null) => new() { Collection = Collection, Bits = bits, CorrelationId = Guid.NewGuid() };

    private Task<EncoderPublished?> RunAsync(TrainEncoder command, params IHashLearner[] learners) => Training(learners).RunAsync(command, None);

    private async Task<EncoderTraining> TrainingAsync(TrainEncoder command) =>
        (await _catalog.Encoders.GetAsync(Collection, None)).Find(command.CorrelationId)!;

    private CollectionEncoders Training(params IHashLearner[] learners)
    {
        _options.Methods = string.Join(',', learners.Select(learner => learner.Name));
        return new(
            _catalog.Collections,
            _catalog.Encoders,
            _catalog.Images,
            new FeatureBlobs(_catalog.Blobs, NullLogger<FeatureBlobs>.Instance),
            _catalog.Artifacts,
            _encoders,
            new CandidateTraining(OnnxFixture.Sessions),
            new EncoderMethods(learners),
            Options.Create(_options),
            new EncoderMetrics(_services.GetRequiredService<IMeterFactory>()),
            TimeProvider.System,
            NullLogger<CollectionEncoders>.Instance);
    }

    private Task AddAsync(float[] embedding, string model, params string[] labels) =>
        AddStoredAsync(new CnnFeatures(embedding, Array.Empty<Half>(), []).Serialize(), model, labels);

    private async Task AddStoredAsync(byte[]? features, string model, params string[] labels)
    {
        var image = Guid.NewGuid();
        var key = BlobKeys.Cnn(Collection, image, 1, model);
        if (features is not null)
        {
            await _catalog.Blobs.PutAsync(key, features, None);
        }

        var stages = new Dictionary<string, StageOutcome> { [Stages.Cnn] = new() { Done = true, Version = model, FeatureKey = key } };
        await _catalog.Images.UpdateAsync(
            Collection, image, _ => new ImageRecord { ImageId = image, Collection = Collection, Status = ImageStatus.Indexed, Stages = stages, Labels = labels }, None);
    }
}
