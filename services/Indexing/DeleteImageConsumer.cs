using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Indexing;

/// <summary>Deletes an image and says so. It says so again for a life that ended long ago: the first word may have been lost.</summary>
public sealed class DeleteImageConsumer(ImageDeletion deletion) : IConsumer<DeleteImage>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<DeleteImage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await deletion.DeleteAsync(context.Message, context.CancellationToken);
        await context.Publish(ImageEvents.Deleted(context.Message), context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>deletion</c>.</summary>
public sealed class DeleteImageConsumerDefinition() : PipelineConsumerDefinition<DeleteImageConsumer>("deletion", stage: Stages.Index);
