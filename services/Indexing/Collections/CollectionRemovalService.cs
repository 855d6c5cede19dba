using Microsoft.Extensions.Options;
using Pipeline.Hosting;

namespace Pipeline.Indexing.Collections;

/// <summary>Looks for collections that are to be deleted.</summary>
public sealed partial class CollectionRemovalService(
    CollectionRemoval removal, IHostApplicationLifetime lifetime, IOptions<CollectionDeletionOptions> options, TimeProvider time, ILogger<CollectionRemovalService> logger)
    : RepeatedWork(lifetime, time)
{
    /// <inheritdoc/>
    protected override TimeSpan Interval => options.Value.Interval;

    /// <inheritdoc/>
    protected override Task DoAsync(CancellationToken ct) => removal.GoOnAsync(ct);

    /// <inheritdoc/>
    protected override void Failed(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deletions of collections cannot go on now; the next look will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
