using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining;

/// <summary>Mines what came into the index, forgets what left it, and follows what people say of pairs.</summary>
public sealed class MiningConsumer(NeighbourhoodMiner miner) : IConsumer<ImageIndexed>, IConsumer<ImageDeleted>, IConsumer<PairJudged>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ImageIndexed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var image = context.Message;
        return miner.RefreshAsync(image.Collection, [image.ImageId], new Arrival(image.ImageId, image.IndexedAt), context.CancellationToken);
    }

    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ImageDeleted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var image = context.Message;
        return miner.RefreshAsync(image.Collection, [image.ImageId], arrival: null, context.CancellationToken);
    }

    /// <inheritdoc/>
    public Task Consume(ConsumeContext<PairJudged> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var pair = context.Message;
        return miner.RefreshAsync(pair.Collection, [pair.FirstId, pair.SecondId], arrival: null, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>neighbour-mining</c>.</summary>
public sealed class MiningConsumerDefinition() : PipelineConsumerDefinition<MiningConsumer>("neighbour-mining", stage: Stages.Mining, separatesBulk: true);
