using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Models;

/// <summary>Prepares a model to serve its collection, and has every image's embedding and code made of it.</summary>
public sealed class ModelConsumer(ModelReplacement models) : IConsumer<ModelPublished>, IConsumer<RollbackModel>
{
    /// <summary>Commands that are published side by side.</summary>
    private const int AtOnce = 8;

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ModelPublished> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (await models.PrepareAsync(context.Message, context.CancellationToken))
        {
            await FillAsync(context, context.Message.Collection);
        }
    }

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RollbackModel> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (await models.RollBackAsync(context.Message, context.CancellationToken))
        {
            await FillAsync(context, context.Message.Collection);
        }
    }

    /// <summary>After the model is known as the next one: an image whose features come later than this walk is asked for then.</summary>
    private Task FillAsync(ConsumeContext context, string collection) => Parallel.ForEachAsync(
        models.MissingAsync(collection, context.CancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.CancellationToken },
        async (command, ct) => await context.Publish(command, ct));
}

/// <summary>Policy of the endpoint <c>model</c>: one change after the other.</summary>
public sealed class ModelConsumerDefinition()
    : PipelineConsumerDefinition<ModelConsumer>("model", stage: Stages.Index, prefetch: 1, concurrency: 1);
