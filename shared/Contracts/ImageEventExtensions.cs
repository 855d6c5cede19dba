namespace Pipeline.Contracts;

/// <summary>Hands an image's header on from message to message: a field forgotten there would be lost for all that follows.</summary>
public static class ImageEventExtensions
{
    /// <summary>The message with the header of the one it follows from.</summary>
    public static TEvent About<TEvent>(this TEvent message, ImageEvent cause)
        where TEvent : ImageEvent
    {
        ArgumentNullException.ThrowIfNull(cause);
        return message.About(cause.ToHeader());
    }

    /// <summary>The message with this header, whatever it had before.</summary>
    public static TEvent About<TEvent>(this TEvent message, EventHeader image)
        where TEvent : ImageEvent
    {
        ArgumentNullException.ThrowIfNull(message);
        return message with
        {
            Collection = image.Collection,
            Tenant = image.Tenant,
            ImageId = image.ImageId,
            CorrelationId = image.CorrelationId,
            Incarnation = image.Incarnation,
            Traffic = image.Traffic,
        };
    }
}
