using MassTransit;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Search;

/// <summary>Answers searches.</summary>
public sealed class SearchImagesConsumer(ImageSearch search) : IConsumer<SearchImages>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<SearchImages> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await context.RespondAsync(await search.SearchAsync(context.Message, context.CancellationToken));
    }
}

/// <summary>Policy of the endpoint <c>search</c>.</summary>
public sealed class SearchImagesConsumerDefinition() : PipelineConsumerDefinition<SearchImagesConsumer>("search", EndpointKind.Interactive);
