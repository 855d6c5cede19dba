using MassTransit;
using MassTransit.Transports;

namespace Pipeline.Messaging.Publishing;

/// <summary>
/// Gives a message its id before anything else is set. It stands in for the pipe it wraps in both of a pipe's roles:
/// the second is where a consumer's conversation, initiator and request are carried over.
/// </summary>
internal sealed class MessageIdPipe<T>(Guid id, IPipe<SendContext<T>>? pipe) : IPipe<SendContext<T>>, ISendContextPipe
    where T : class
{
    public void Probe(ProbeContext context) => pipe?.Probe(context);

    public Task Send(SendContext<T> context)
    {
        context.MessageId = id;
        return pipe is null ? Task.CompletedTask : pipe.Send(context);
    }

    Task ISendContextPipe.Send<TMessage>(SendContext<TMessage> context) =>
        pipe is ISendContextPipe carrier ? carrier.Send(context) : Task.CompletedTask;
}
