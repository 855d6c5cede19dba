using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Standalone;

/// <summary>
/// The in-memory bus forgets what a killed process had not finished; the catalog does not. At start the next step of
/// everything unfinished is published again; every stage takes a message it has seen before in its stride.
/// </summary>
public sealed partial class UnfinishedWork(
    ImageCatalog images,
    CollectionCatalog collections,
    VocabularyCatalog vocabularies,
    EncoderCatalog encoders,
    ModelUpdateCatalog updates,
    CollectionRebuilds rebuilds,
    IServiceScopeFactory scopes,
    IHostApplicationLifetime lifetime,
    ILogger<UnfinishedWork> logger) : BackgroundService
{
    private const int PageSize = 500;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        var resumed = 0;
        foreach (var collection in await collections.ListAsync(stoppingToken))
        {
            resumed += await ResumeAsync(collection.Name, ImageStatus.Processing, r => events.PublishAsync(ImageEvents.Accepted(r), stoppingToken), stoppingToken);
            resumed += await ResumeAsync(collection.Name, ImageStatus.Deleting, r => events.PublishAsync(ImageEvents.Delete(r), stoppingToken), stoppingToken);
            resumed += await ResumeWordsAsync(collection.Name, events, stoppingToken);
            resumed += await ResumeCodesAsync(collection.Name, events, stoppingToken);
            resumed += await ResumeModelAsync(collection, events, stoppingToken);
        }

        await foreach (var (collection, rebuild) in rebuilds.ListOpenAsync(stoppingToken))
        {
            await events.PublishAsync(new RebuildCollection { Collection = collection, CorrelationId = rebuild.Id }, stoppingToken);
            resumed++;
        }

        if (resumed > 0)
        {
            LogResumed(logger, resumed);
        }
    }

    /// <summary>Trainings that were asked for, and the vocabulary to serve: whoever hears of it looks for images without its words.</summary>
    private async Task<int> ResumeWordsAsync(string collection, IEventPublisher events, CancellationToken ct)
    {
        var record = await vocabularies.GetAsync(collection, ct);
        if (record.Serving is { } serving && record.Find(serving) is { Version: { } version } done)
        {
            await events.PublishAsync(
                new VocabularyPublished { Collection = collection, VocabularyVersion = version, Words = done.Words, CorrelationId = serving }, ct);
        }

        return await ResumeTrainingsAsync<TrainVocabulary, VocabularyTraining>(record, events, ct);
    }

    /// <summary>The same for encoders: whoever hears of the one to serve looks for images without its code.</summary>
    private async Task<int> ResumeCodesAsync(string collection, IEventPublisher events, CancellationToken ct)
    {
        var record = await encoders.GetAsync(collection, ct);
        if (record.Serving is { } serving && record.Find(serving) is { Version: { } version } done)
        {
            await events.PublishAsync(
                new EncoderPublished { Collection = collection, EncoderVersion = version, Bits = done.Bits, CorrelationId = serving }, ct);
        }

        return await ResumeTrainingsAsync<TrainEncoder, EncoderTraining>(record, events, ct);
    }

    /// <summary>The same for a model that is to serve next: whoever hears of a change that is known goes on with it, of one that is not begins it.</summary>
    private async Task<int> ResumeModelAsync(CollectionRecord collection, IEventPublisher events, CancellationToken ct)
    {
        if (collection is { Active.Next: { } next, LatestModelChange: { } change })
        {
            await events.PublishAsync(
                new ModelPublished
                {
                    Collection = collection.Name,
                    ModelVersion = next.ModelVersion,
                    BackboneVersion = next.Backbone,
                    Dimensions = next.Dimensions,
                    PublishedAt = change.PublishedAt ?? DateTimeOffset.MinValue,
                    CorrelationId = change.Id,
                },
                ct);
        }

        var record = await updates.GetAsync(collection.Name, ct);
        if (record.Serving is { } serving && record.Find(serving) is { } done && collection.ModelChanges.All(known => known.Id != serving))
        {
            await events.PublishAsync(done.ToPublished(collection.Name), ct);
        }

        return await ResumeTrainingsAsync<UpdateModel, ModelUpdate>(record, events, ct);
    }

    private static async Task<int> ResumeTrainingsAsync<TCommand, TTraining>(TrainingRecord<TTraining> record, IEventPublisher events, CancellationToken ct)
        where TCommand : class
        where TTraining : Training<TCommand>
    {
        TCommand[] open = [.. record.Trainings.Where(training => training.IsOpen).Select(training => training.Command).OfType<TCommand>()];
        foreach (var command in open)
        {
            await events.PublishAsync(command, ct);
        }

        return open.Length;
    }

    private async Task<int> ResumeAsync(string collection, ImageStatus status, Func<ImageRecord, Task> publish, CancellationToken ct)
    {
        var count = 0;
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, status, cursor, PageSize, ct);
            foreach (var record in page.Images)
            {
                await publish(record);
            }

            count += page.Images.Count;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return count;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Resumed {Count} unfinished images, deletions and trainings")]
    private static partial void LogResumed(ILogger logger, int count);
}
