using System.Runtime.Serialization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Messaging.Diagnostics;
using Polly;
using Polly.Retry;

namespace Pipeline.Messaging.Publishing;

/// <summary>Time-out and retry around every publish and send: a broker that restarts must not hold a worker for ever.</summary>
internal sealed class PublishResilience
{
    private static readonly ResiliencePropertyKey<string> MessageName = new("message");
    private readonly ResiliencePipeline _pipeline;

    public PublishResilience(IOptions<MessagingOptions> options, MessagingMetrics metrics, ILogger<PublishResilience> logger)
    {
        var builder = new ResiliencePipelineBuilder();
        if (options.Value.PublishRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Value.PublishRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(5),
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } exception && MayPass(exception)),
                OnRetry = arguments =>
                {
                    var name = arguments.Context.Properties.GetValue(MessageName, "message");
                    metrics.PublishRetried(name);
                    logger.PublishRetry(name, arguments.AttemptNumber + 1, arguments.Outcome.Exception!.Message);
                    return default;
                },
            });
        }

        _pipeline = builder.AddTimeout(options.Value.PublishTimeout).Build();
    }

    /// <summary>Whether the next try may go well. What cannot be written will not be written the next time either.</summary>
    public static bool MayPass(Exception exception) =>
        exception is not (OperationCanceledException or SerializationException or JsonException or ArgumentException);

    /// <summary>Runs <paramref name="send"/> until it is confirmed, the retries are used up or the caller gives up.</summary>
    public async Task ExecuteAsync(string messageName, Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(MessageName, messageName);
        try
        {
            await _pipeline.ExecuteAsync(
                // WaitAsync: a transport that is deaf to its token while it reconnects must not outlast the time-out.
                static async (attempt, send) => await send(attempt.CancellationToken).WaitAsync(attempt.CancellationToken),
                context,
                send);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
