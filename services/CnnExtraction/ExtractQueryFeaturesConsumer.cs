using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.CnnExtraction;

/// <summary>Computes the embedding of a query picture, by the model it names, on a queue that uploads do not fill.</summary>
public sealed class ExtractQueryFeaturesConsumer(StoredImages images, CnnPipeline cnn, HeadEmbedding heads) : IConsumer<ExtractQueryFeatures>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ExtractQueryFeatures> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var bytes = await images.ReadQueryAsync(context.Message.Image, context.CancellationToken);
        var features = await cnn.ExtractAsync(bytes, context.CancellationToken);
        var model = context.Message.ModelVersion ?? cnn.ModelVersion;
        await context.RespondAsync(new QueryFeatures
        {
            Embedding = model == cnn.ModelVersion ? features.Embedding.ToArray() : await EmbedAsync(model, features, context.CancellationToken),
            ModelVersion = model,
            ContentHash = ImageIdentity.HashContent(bytes),
        });
    }

    private async Task<float[]> EmbedAsync(string model, CnnFeatures features, CancellationToken ct)
    {
        try
        {
            return await heads.EmbedAsync(model, features, ct) ?? throw new PermanentException(RejectionReasons.NoFeatures, "The model gives no embedding.");
        }
        catch (Exception unknown) when (unknown is ArtifactNotFoundException or InvalidDataException)
        {
            throw new PermanentException(RefusalReasons.UnknownModel, unknown.Message);
        }
    }
}

/// <summary>Policy of the endpoint <c>extract-query-features</c>.</summary>
public sealed class ExtractQueryFeaturesConsumerDefinition()
    : PipelineConsumerDefinition<ExtractQueryFeaturesConsumer>("extract-query-features", EndpointKind.Interactive);
