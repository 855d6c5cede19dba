using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Extraction;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.SiftExtraction.Words;

/// <summary>Computes the visual words of a query picture, on a queue that uploads do not fill.</summary>
public sealed class ExtractQueryWordsConsumer(StoredImages images, SiftPipeline sift, Vocabularies vocabularies) : IConsumer<ExtractQueryWords>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ExtractQueryWords> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.Message;
        var bytes = await images.ReadQueryAsync(request.Image, context.CancellationToken);
        try
        {
            var vocabulary = await vocabularies.GetAsync(request.VocabularyVersion, context.CancellationToken);
            var words = vocabulary.Describe(sift.Extract(bytes));
            await context.RespondAsync(new QueryWords
            {
                Indices = words.Indices,
                Values = words.Values,
                VocabularyVersion = request.VocabularyVersion,
                ContentHash = ImageIdentity.HashContent(bytes),
            });
        }
        catch (ArtifactNotFoundException e)
        {
            throw new PermanentException(RefusalReasons.NoVocabulary, e.Message);
        }
    }
}

/// <summary>Policy of the endpoint <c>extract-query-words</c>.</summary>
public sealed class ExtractQueryWordsConsumerDefinition()
    : PipelineConsumerDefinition<ExtractQueryWordsConsumer>("extract-query-words", EndpointKind.Interactive);
