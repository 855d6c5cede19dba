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
    ILogger<UpdateStartService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitUntilStartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.LookInterval, time);
        do
        {
            await LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
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
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // A store or the broker may be away; what is due stays due.
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The model of {Collection} is due for the update {Update}")]
    private static partial void LogDue(ILogger logger, string collection, Guid update);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The look for models that are to be updated failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
