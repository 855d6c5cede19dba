using MassTransit;
using Pipeline.Catalog;

namespace Pipeline.Indexing;

/// <summary>Says that images are in the index, and with which versions.</summary>
public sealed class IndexedEvents(CollectionCatalog collections)
{
    /// <summary>Publishes that the image of the record is indexed; nothing without one.</summary>
    public async Task PublishAsync(ConsumeContext context, ImageRecord? indexed)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (indexed is not null)
        {
            var collection = await collections.GetCurrentAsync(indexed.Collection, context.CancellationToken);
            await context.Publish(ImageEvents.Indexed(indexed, collection?.Active), context.CancellationToken);
        }
    }
}
