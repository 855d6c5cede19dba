using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>
/// How often and how long a request is tried. Nearly every request is repeatable: it says what is to be, not what is to change. Those that
/// are not, all about snapshots, are sent once and take their time.
/// </summary>
internal sealed partial class QdrantResilience
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline<HttpResponseMessage> _once;
    private readonly ResiliencePipeline<HttpResponseMessage> _repeated;
    private readonly QdrantMetrics _metrics;
    private readonly ILogger _logger;

    public QdrantResilience(QdrantOptions options, TimeProvider time, QdrantMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        _logger = logger;
        _once = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddTimeout(options.SnapshotTimeout).Build();
        var repeated = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        if (options.Retries > 0)
        {
            repeated.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is HttpRequestException || args.Outcome.Result is { } answer && QdrantErrors.IsForNow(answer.StatusCode)),
                OnRetry = OnRetry,
            });
        }

        _repeated = repeated.AddTimeout(options.Timeout).Build();
    }

    /// <exception cref="HttpRequestException">There is no connection.</exception>
    /// <exception cref="TimeoutRejectedException">No answer in time.</exception>
    public ValueTask<HttpResponseMessage> RunAsync(
        Func<CancellationToken, ValueTask<HttpResponseMessage>> send, bool isRepeatable, CancellationToken ct) =>
        (isRepeatable ? _repeated : _once).ExecuteAsync(send, ct);

    private ValueTask OnRetry(OnRetryArguments<HttpResponseMessage> args)
    {
        LogRetry(args.AttemptNumber + 1, args.Outcome.Exception?.Message ?? ((int?)args.Outcome.Result?.StatusCode)?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _metrics.Retried();
        args.Outcome.Result?.Dispose();
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Qdrant did not take a request ({Reason}); repeating it for the {Attempt}. time")]
    private partial void LogRetry(int attempt, string? reason);
}
