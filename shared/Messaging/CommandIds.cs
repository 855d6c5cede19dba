using MassTransit;
using Pipeline.Contracts;

namespace Pipeline.Messaging;

/// <summary>Ids of commands that are done once however often they are delivered.</summary>
public static class CommandIds
{
    /// <summary>The id that a command brings; where its publisher names none, its message's: then one message is one command.</summary>
    /// <exception cref="PermanentException">It has neither.</exception>
    public static Guid CommandId(this ConsumeContext context, Guid correlationId)
    {
        ArgumentNullException.ThrowIfNull(context);
        return correlationId != Guid.Empty
            ? correlationId
            : context.MessageId ?? throw new PermanentException(RejectionReasons.MalformedEvent, "correlationId is missing.");
    }
}
