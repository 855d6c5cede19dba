using MassTransit;

namespace Pipeline.Messaging.Lives;

/// <summary>Says on every message that names a collection which life of the collection it is about.</summary>
internal sealed class LifeStampFilter<T>(ICollectionLives? lives = null) : IFilter<PublishContext<T>>
    where T : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("lifeStamp");

    public async Task Send(PublishContext<T> context, IPipe<PublishContext<T>> next)
    {
        if (lives is not null && CollectionOf<T>.Name(context.Message) is { } collection
            && await lives.PresentAsync(collection, context.CancellationToken) is { } life)
        {
            context.Headers.Set(ICollectionLives.Header, life);
        }

        await next.Send(context);
    }
}
