using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Extraction;
using Pipeline.Messaging;

namespace Pipeline.CnnExtraction;

/// <summary>Computes the embedding of a query picture, on a queue that uploads do not fill.</summary>
public sealed class ExtractQueryFeaturesConsumer(StoredImages images, CnnPipeline cnn) : IConsumer<ExtractQueryFeatures>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ExtractQueryFeatures> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var bytes = await images.ReadQueryAsync(context.Message.Image, context.CancellationToken);
        var features = await cnn.ExtractAsync(bytes, context.CancellationToken);
        await context.RespondAsync(new QueryFeatures
        {
            Embedding = features.Embedding.ToArray(),
            ModelVersion = cnn.ModelVersion,
            ContentHash = ImageIdentity.HashContent(bytes),
        });
    }
}

/// <summary>Policy of the endpoint <c>extract-query-features</c>.</summary>
public sealed class ExtractQueryFeaturesConsumerDefinition()
    : PipelineConsumerDefinition<ExtractQueryFeaturesConsumer>("extract-query-features", EndpointKind.Interactive);
