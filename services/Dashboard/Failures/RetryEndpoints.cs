using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Dashboard.Live;
using Pipeline.Dashboard.Pages;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Failures;

/// <summary>The page of messages that failed and wait for their next try.</summary>
internal static partial class RetryEndpoints
{
    private const int PageSize = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapRetries(this RouteGroupBuilder pages) => pages.MapGet("/retries", ListAsync);

    private static async Task<IResult> ListAsync(
        HttpContext context, PipelineMonitor monitor, IWaitingMessages waiting, ILoggerFactory loggers, CancellationToken ct, string? queue = null, int page = 1)
    {
        EndpointFigures[] queues = [.. monitor.Endpoints().Where(endpoint => !endpoint.Interactive)];
        var chosen = queues.FirstOrDefault(endpoint => endpoint.Name == queue) ?? queues.FirstOrDefault(endpoint => endpoint.InRetry > 0);
        return new RazorComponentResult<RetriesPage>(new
        {
            Page = PageContext.Of(context),
            IsKnown = waiting.IsKnown,
            Queues = queues,
            Queue = chosen?.Name,
            Number = Math.Clamp(page, 1, IWaitingMessages.Most / PageSize),
            PageSize,
            Waiting = chosen is null || !waiting.IsKnown ? null : await PeekAsync(waiting, chosen.Name, loggers.CreateLogger(typeof(RetryEndpoints)), ct),
        });
    }

    /// <summary>Looks; null where the broker does not answer, which the page says.</summary>
    private static async Task<WaitingMessages?> PeekAsync(IWaitingMessages waiting, string endpoint, ILogger logger, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            return await waiting.PeekAsync(endpoint, patience.Token);
        }
#pragma warning disable CA1031 // Whatever is wrong with the broker: what waits there is not known now.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogUnknown(logger, endpoint, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What waits for its next try at {Endpoint} is not known now")]
    private static partial void LogUnknown(ILogger logger, string endpoint, Exception exception);
}
