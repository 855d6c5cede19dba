using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;

namespace Pipeline.Messaging.Lives;

/// <summary>Drops messages about collections that are gone, and about lives of theirs that are over, before any consumer sees them.</summary>
internal sealed class LateMessageFilter<T>(ILoggerFactory loggers, ICollectionLives? lives = null) : IFilter<ConsumeContext<T>>
    where T : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("lateMessages");

    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        if (lives is null || CollectionOf<T>.Name(context.Message) is not { Length: > 0 } collection || IsForNobody(context.Message))
        {
            await next.Send(context);
            return;
        }

        var image = context.Message as ImageEvent;
        var incarnation = image?.Incarnation ?? (context.Message as ImageRejected)?.Incarnation;
        if (!await lives.IsOverAsync(collection, context.Headers.Get<int>(ICollectionLives.Header), incarnation, context.CancellationToken))
        {
            await next.Send(context);
            return;
        }

        if (image is not null)
        {
            await lives.ForgetAsync(image.ToHeader(), context.CancellationToken);
        }

        loggers.CreateLogger("Pipeline.Messaging").LateMessage(typeof(T).Name, collection, context.MessageId);

        // Dealt with: one that no consumer took would be moved aside.
        await context.NotifyConsumed(context, TimeSpan.Zero, nameof(LateMessageFilter<T>));
    }

    /// <summary>A refused upload may name a collection that never was; the deletion of one that is gone is for its consumer to say.</summary>
    private static bool IsForNobody(T message) => message is ImageRejected { Stage: Stages.Upload } or DeleteCollection or RebuildCollection;
}
