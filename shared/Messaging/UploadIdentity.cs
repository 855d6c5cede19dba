using System.Globalization;
using MassTransit;
using Pipeline.Contracts;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging;

/// <summary>
/// Names an upload whose publisher did not: by the id of its message, or by a hash of its body where it has none.
/// The name is the same at every redelivery.
/// </summary>
public static class UploadIdentity
{
    /// <summary>Header that carries a derived name through the retry queue, where the message's own id may be lost.</summary>
    internal const string Header = "pipeline-upload-id";

    private static readonly Guid Namespace = new("0b5c7a43-6d3e-5a52-8f0f-3a1f1c6f9d11");

    /// <summary>The upload's name, derived from the message being received.</summary>
    /// <param name="context">The receive context of the upload event: <c>ConsumeContext.ReceiveContext</c>.</param>
    public static Guid Derive(ReceiveContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Derive(context, MessageFields.Read(context.GetBody()));
    }

    internal static Guid Derive(ReceiveContext context, MessageFields fields)
    {
        if (Text(context, Header) is { } carried && Guid.TryParse(carried, out var name))
        {
            return name;
        }

        if (fields.MessageId is { } envelopeId)
        {
            return envelopeId;
        }

        if (Text(context, MessageHeaders.MessageId) is { Length: > 0 } messageId)
        {
            return OfMessageId(messageId);
        }

        return ImageIdentity.CreateVersion5(Namespace, ImageIdentity.HashContent(context.GetBody()));
    }

    /// <summary>The name that the id of a message gives, whatever its publisher chose.</summary>
    internal static Guid OfMessageId(string messageId) =>
        Guid.TryParse(messageId, out var id) ? id : ImageIdentity.CreateVersion5(Namespace, messageId);

    private static string? Text(ReceiveContext context, string header) =>
        context.TransportHeaders.TryGetHeader(header, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}
