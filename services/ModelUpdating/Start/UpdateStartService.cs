using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.ModelUpdating.Start;

/// <summary>Looks from time to time which collections' models are to be updated by themselves.</summary>
public sealed partial class UpdateStartService(
    CollectionCatalog collections,
    UpdateStart start,
    IServiceScopeFactory scopes,
    IHostApplicationLifetime lifetime,
    IOptions<ModelUpdatingOptions> options,
    TimeProvider time,
    ILogger<UpdateStartService> logger) : RepeatedWork(lifetime, time)
{
    /// <inheritdoc/>
    protected override TimeSpan Interval => options.Value.LookInterval;

    /// <inheritdoc/>
    protected override async Task DoAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventPublisher>();
        foreach (var collection in await collections.ListAsync(ct))
        {
            if (await start.LookAsync(collection.Name, ct) is { } command)
            {
                LogDue(logger, collection.Name, command.CorrelationId);
                await events.PublishAsync(command, ct);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Failed(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The model of {Collection} is due for the update {Update}")]
    private static partial void LogDue(ILogger logger, string collection, Guid update);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The look for models that are to be updated failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
