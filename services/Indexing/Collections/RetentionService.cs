using Microsoft.Extensions.Options;
using Pipeline.Hosting;

namespace Pipeline.Indexing.Collections;

/// <summary>Looks for images that are too old, again and again.</summary>
public sealed partial class RetentionService(
    RetentionSweep sweep, IHostApplicationLifetime lifetime, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionService> logger)
    : RepeatedWork(lifetime, time)
{
    /// <inheritdoc/>
    protected override TimeSpan Interval => options.Value.Interval;

    /// <inheritdoc/>
    protected override Task DoAsync(CancellationToken ct) => sweep.SweepAsync(ct);

    /// <inheritdoc/>
    protected override void Failed(Exception exception) => LogFailed(logger, exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The look for images that are too old failed; the next will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
