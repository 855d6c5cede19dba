using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Neighbours;

/// <summary>Answers who is near whom, from the graphs that the index keeps, or from searches.</summary>
public sealed class FindNeighboursConsumer(Generations generations, CollectionCatalog collections, INeighbourGraphIndex graphs) : IConsumer<FindNeighbours>
{
    private static readonly NeighbourAnswer Nothing = new(0, [], []);

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<FindNeighbours> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.Message;
        if (request.ImageIds is not { Count: >= 1 and <= FindNeighbours.MaxImages })
        {
            throw new PermanentException(RefusalReasons.InvalidRequest, $"A request names 1 to {FindNeighbours.MaxImages} images.");
        }

        if (await collections.GetAsync(request.Collection, context.CancellationToken) is null)
        {
            throw new PermanentException(RejectionReasons.UnknownCollection, $"There is no collection '{request.Collection}'.");
        }

        await context.RespondAsync(await FindAsync(request, context.CancellationToken));
    }

    private async Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct)
    {
        var generation = await generations.CurrentAsync(request.Collection, ct);
        while (generation is not null)
        {
            var cnn = await AskAsync(request, generation, IndexSpaces.Cnn, ct);
            var sift = generation.VocabularyVersion is null ? Nothing : await AskAsync(request, generation, IndexSpaces.Sift, ct);

            // One vocabulary may have taken another's place meanwhile: the lists must be of the one that the answer names.
            var after = await generations.CurrentAsync(request.Collection, ct);
            if (after == generation)
            {
                return new NeighboursFound
                {
                    Cnn = NeighbourListsOf.Answer(cnn),
                    Sift = NeighbourListsOf.Answer(sift),
                    Bounded = cnn.IsBounded || sift.IsBounded,
                    ModelVersion = generation.ModelVersion,
                    VocabularyVersion = generation.VocabularyVersion,
                };
            }

            generation = after;
        }

        return new NeighboursFound { Cnn = NeighbourListsOf.Answer(Nothing), Sift = NeighbourListsOf.Answer(Nothing) };
    }

    private Task<NeighbourAnswer> AskAsync(FindNeighbours request, Generation generation, string space, CancellationToken ct) =>
        graphs.FindNeighboursAsync(generation.IndexName(request.Collection), new NeighbourQuery(space, [.. request.ImageIds]), ct);
}

/// <summary>Policy of the endpoint <c>find-neighbours</c>.</summary>
public sealed class FindNeighboursConsumerDefinition() : PipelineConsumerDefinition<FindNeighboursConsumer>("find-neighbours", EndpointKind.Interactive);
