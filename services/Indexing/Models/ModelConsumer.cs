using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Models;

/// <summary>Prepares a model to serve its collection.</summary>
public sealed class ModelConsumer(ModelReplacement models) : IConsumer<ModelPublished>, IConsumer<RollbackModel>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ModelPublished> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return models.PrepareAsync(context.Message, context.CancellationToken);
    }

    /// <inheritdoc/>
    public Task Consume(ConsumeContext<RollbackModel> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return models.RollBackAsync(context.Message, context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>model</c>: one change after the other.</summary>
public sealed class ModelConsumerDefinition()
    : PipelineConsumerDefinition<ModelConsumer>("model", stage: Stages.Index, prefetch: 1, concurrency: 1);
