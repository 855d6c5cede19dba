using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.Messaging.Policy;

/// <summary>Notes that a body was readable, and refuses events of a schema version this code does not know.</summary>
internal sealed class SchemaVersionFilter<T> : IFilter<ConsumeContext<T>>
    where T : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("schemaVersion");

    public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
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

        return next.Send(context);
    }
}
