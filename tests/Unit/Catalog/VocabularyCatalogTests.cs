using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

public sealed class VocabularyCatalogTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _training = Guid.NewGuid();
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _other = Guid.NewGuid();

    private VocabularyCatalog Now => _catalog.Vocabularies;

    private VocabularyCatalog Later => _catalog.VocabulariesAt(new ShiftedTime(TimeSpan.FromMinutes(2)));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task One_training_of_a_collection_is_under_way_at_a_time()
    {
        Assert.Equal(_one, (await Now.BeginAsync(Command(_training), _one, Minute, None)).Holder);

        Assert.Equal(_one, (await Now.BeginAsync(Command(Guid.NewGuid()), _other, Minute, None)).Holder);
        Assert.Equal(_one, (await Now.BeginAsync(Command(_training), _other, Minute, None)).Holder);
        Assert.Equal(_other, (await Now.BeginAsync(Command(_training, "elsewhere"), _other, Minute, None)).Holder);
    }

    [Fact]
    public async Task A_training_whose_process_gives_no_sign_of_life_is_begun_again_and_its_late_result_does_not_count()
    {
        await Now.BeginAsync(Command(_training), _one, Minute, None);

        Assert.Equal(_other, (await Later.BeginAsync(Command(_training), _other, Minute, None)).Holder);
        Assert.False(await Later.RenewAsync(Collection, _one, Minute, None));
        Assert.False(await Later.FinishAsync(Collection, _one, Done("words-late"), None));
        Assert.True(await Later.FinishAsync(Collection, _other, Done("words-new"), None));
        Assert.Equal("words-new", (await Now.GetAsync(Collection, None)).Find(_training)!.Version);
    }

    [Fact]
    public async Task A_training_that_shows_life_is_left_alone()
    {
        await Now.BeginAsync(Command(_training), _one, Minute, None);
        Assert.True(await Later.RenewAsync(Collection, _one, Minute, None));

        Assert.Equal(_one, (await Later.BeginAsync(Command(_training), _other, Minute, None)).Holder);
    }

    [Fact]
    public async Task A_training_is_done_once()
    {
        await Now.BeginAsync(Command(_training), _one, Minute, None);
        await Now.FinishAsync(Collection, _one, Done("words-1"), None);

        var record = await Now.BeginAsync(Command(_training), _other, Minute, None);

        Assert.Equal((null, "words-1", _training), (record.Holder, record.Find(_training)!.Version, record.Serving));
    }

    [Fact]
    public async Task A_failed_training_leaves_serving_what_served()
    {
        await Now.BeginAsync(Command(_training), _one, Minute, None);
        await Now.FinishAsync(Collection, _one, Done("words-1"), None);
        var second = Guid.NewGuid();
        await Now.BeginAsync(Command(second), _other, Minute, None);

        await Now.FinishAsync(Collection, _other, new VocabularyTraining { Id = second, State = TrainingState.Failed, Reason = "none", At = DateTimeOffset.UtcNow }, None);

        Assert.Equal(_training, (await Now.GetAsync(Collection, None)).Serving);
    }

    [Fact]
    public async Task Old_trainings_are_forgotten()
    {
        for (var i = 0; i < VocabularyCatalog.MaxTrainings + 5; i++)
        {
            var training = Guid.NewGuid();
            await Now.BeginAsync(Command(training), _one, Minute, None);
            await Now.FinishAsync(Collection, _one, Done("words-1") with { Id = training }, None);
        }

        Assert.Equal(VocabularyCatalog.MaxTrainings, (await Now.GetAsync(Collection, None)).Trainings.Count);
    }

    [Fact]
    public async Task The_first_vocabulary_is_asked_for_once_it_is_known_to_have_been_asked_for_and_again_if_nothing_comes()
    {
        var asked = await Now.AskAutomaticallyAsync(Collection, Minute, None);
        Assert.NotNull(asked);
        Assert.Equal(asked, await Now.AskAutomaticallyAsync(Collection, Minute, None));
        await Now.AskedAutomaticallyAsync(Collection, asked.Value, None);

        Assert.Null(await Now.AskAutomaticallyAsync(Collection, Minute, None));
        Assert.False(await Now.IsAskingDueAsync(Collection, Minute, None));
        Assert.True(await Later.IsAskingDueAsync(Collection, Minute, None));
        Assert.Equal(asked, await Later.AskAutomaticallyAsync(Collection, Minute, None));
    }

    [Fact]
    public async Task The_first_vocabulary_is_not_asked_for_while_it_is_trained_nor_after_it_came_or_failed()
    {
        await Now.BeginAsync(Command(_training), _one, TimeSpan.FromHours(1), None);
        Assert.Null(await Later.AskAutomaticallyAsync(Collection, Minute, None));
        await Now.FinishAsync(Collection, _one, Done("words-1"), None);
        Assert.Null(await Later.AskAutomaticallyAsync(Collection, Minute, None));

        var asked = (await Now.AskAutomaticallyAsync("plain", Minute, None))!.Value;
        await Now.BeginAsync(Command(asked, "plain"), _one, Minute, None);
        await Now.FinishAsync("plain", _one, new VocabularyTraining { Id = asked, State = TrainingState.Failed, At = DateTimeOffset.UtcNow }, None);
        Assert.Null(await Later.AskAutomaticallyAsync("plain", Minute, None));
    }

    [Fact]
    public async Task A_command_is_kept_until_something_came_of_it()
    {
        var command = Command(_training) with { Words = 7 };
        await Now.RequestAsync(command, None);
        Assert.Equal((TrainingState.Requested, command), await StateAsync());

        await Now.BeginAsync(command, _one, Minute, None);
        await Now.RequestAsync(command, None);
        Assert.Equal((TrainingState.Running, command), await StateAsync());

        await Now.FinishAsync(Collection, _one, Done("words-1"), None);
        Assert.Equal((TrainingState.Done, null), await StateAsync());

        async Task<(TrainingState, TrainVocabulary?)> StateAsync()
        {
            var training = (await Now.GetAsync(Collection, None)).Find(_training)!;
            return (training.State, training.Command);
        }
    }

    private static TrainVocabulary Command(Guid training, string collection = Collection) => new() { Collection = collection, CorrelationId = training };

    private VocabularyTraining Done(string version) =>
        new() { Id = _training, State = TrainingState.Done, Version = version, Words = 10, At = DateTimeOffset.UtcNow };

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
