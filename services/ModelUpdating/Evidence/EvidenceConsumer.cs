using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>Hears of pairs: those that were mined, and those that people judged.</summary>
public sealed class EvidenceConsumer(SeenPairs pairs) : IConsumer<NeighboursMined>, IConsumer<PairJudged>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<NeighboursMined> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return pairs.HintAsync(context.Message, context.CancellationToken);
    }

    /// <inheritdoc/>
    public Task Consume(ConsumeContext<PairJudged> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return pairs.HintAsync(context.Message, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>model-evidence</c>.</summary>
public sealed class EvidenceConsumerDefinition()
    : PipelineConsumerDefinition<EvidenceConsumer>("model-evidence", stage: Stages.Training, prefetch: 64, concurrency: 4);
