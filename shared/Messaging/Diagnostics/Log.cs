using Microsoft.Extensions.Logging;

namespace Pipeline.Messaging;

internal static partial class Log
{
    private static readonly Func<ILogger, string, Guid, Guid, IDisposable?> Image =
        LoggerMessage.DefineScope<string, Guid, Guid>("Collection:{Collection} ImageId:{ImageId} CorrelationId:{CorrelationId}");

    private static readonly Func<ILogger, string, Guid?, IDisposable?> Upload =
        LoggerMessage.DefineScope<string, Guid?>("Collection:{Collection} UploadId:{UploadId}");

    private static readonly Func<ILogger, string, Guid?, IDisposable?> Message =
        LoggerMessage.DefineScope<string, Guid?>("Message:{Message} CorrelationId:{CorrelationId}");

    public static IDisposable? MessageScope(this ILogger logger, string message, Guid? correlationId) => Message(logger, message, correlationId);

    public static IDisposable? ImageScope(this ILogger logger, string collection, Guid imageId, Guid correlationId) =>
        Image(logger, collection, imageId, correlationId);

    public static IDisposable? UploadScope(this ILogger logger, string collection, Guid? uploadId) => Upload(logger, collection, uploadId);

    [LoggerMessage(1, LogLevel.Warning, "Endpoint {Endpoint} pauses: {Dependency} is away.")]
    public static partial void EndpointPaused(this ILogger logger, string endpoint, string dependency, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Endpoint {Endpoint} goes on: {Dependency} is back after {Away}.")]
    public static partial void EndpointResumed(this ILogger logger, string endpoint, string dependency, TimeSpan away);

    [LoggerMessage(3, LogLevel.Information, "Rejected by {Stage}: {Reason}: {Detail} (collection {Collection}, image {ImageId}, upload {UploadId}, correlation {CorrelationId})")]
    public static partial void Rejected(this ILogger logger, string stage, string reason, string detail, string collection, Guid? imageId, Guid? uploadId, Guid correlationId);

    [LoggerMessage(4, LogLevel.Warning, "Endpoint {Endpoint}: a message failed, retry {Retry} follows in {Pause}: {Error}")]
    public static partial void RetryFollows(this ILogger logger, string endpoint, int retry, TimeSpan pause, string error);

    [LoggerMessage(5, LogLevel.Warning, "Endpoint {Endpoint}: a message goes to the retry queue, redelivery {Redelivery}.")]
    public static partial void RedeliveryFollows(this ILogger logger, string endpoint, int redelivery, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Endpoint {Endpoint}: a message failed for good and goes to the error queue.")]
    public static partial void MovedToErrorQueue(this ILogger logger, string endpoint, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Publishing {Message}: attempt {Attempt} failed: {Error}")]
    public static partial void PublishRetry(this ILogger logger, string message, int attempt, string error);

    [LoggerMessage(8, LogLevel.Information, "Endpoint {Endpoint}: a message that waited for a dependency goes to the retry queue uncounted.")]
    public static partial void HeldTooLong(this ILogger logger, string endpoint);

    [LoggerMessage(9, LogLevel.Warning, "The queues could not be declared on {Host}, next try in {Pause}: {Error}")]
    public static partial void TopologyNotDeclared(this ILogger logger, string host, TimeSpan pause, string error);

    [LoggerMessage(10, LogLevel.Information, "Dropped {Message} {MessageId}: the collection {Collection} that it is about is gone, or another has its name now.")]
    public static partial void LateMessage(this ILogger logger, string message, string collection, Guid? messageId);

    [LoggerMessage(11, LogLevel.Warning, "The broker has refused messages to {Destination} for {Patience} and more: the connection is given up for a new one.")]
    public static partial void ConnectionRefuses(this ILogger logger, Uri? destination, TimeSpan patience);
}
