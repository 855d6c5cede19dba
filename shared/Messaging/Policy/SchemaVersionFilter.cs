using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// Notes that a body was readable, refuses events of a schema version this code does not know, and opens the log scope
/// that names the image, or whatever a message is about, in every line a consumer writes.
/// </summary>
internal sealed class SchemaVersionFilter<T>(ILoggerFactory loggers) : IFilter<ConsumeContext<T>>
    where T : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("schemaVersion");

    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        if (context.TryGetPayload<DeliveryState>(out var state))
        {
            state.Deserialized = true;
        }

        int? version = context.Message switch
        {
            ImageEvent imageEvent => imageEvent.SchemaVersion,
            ImageUploaded uploaded => uploaded.SchemaVersion,
            _ => null,
        };
        if (version is { } unknown && unknown != SchemaVersions.Current)
        {
            throw new PermanentException(
                RejectionReasons.UnknownSchemaVersion, $"Schema version {unknown} is not known; this system reads {SchemaVersions.Current}.");
        }

        using var scope = Scope(context);
        await next.Send(context);
    }

    private IDisposable? Scope(ConsumeContext<T> context) => context.Message switch
    {
        ImageEvent image => loggers.CreateLogger("Pipeline.Messaging").ImageScope(image.Collection, image.ImageId, image.CorrelationId),
        ImageUploaded upload => loggers.CreateLogger("Pipeline.Messaging").UploadScope(upload.Collection, upload.UploadId),
        _ => loggers.CreateLogger("Pipeline.Messaging").MessageScope(typeof(T).Name, context.CorrelationId ?? context.ConversationId),
    };
}
