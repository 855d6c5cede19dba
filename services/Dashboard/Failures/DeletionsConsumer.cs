using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Failures;

/// <summary>Forgets what failed of images and collections that are gone: messages may hold whole pictures.</summary>
internal sealed class DeletionsConsumer(FailureCatalog failures) : IConsumer<ImageDeleted>, IConsumer<CollectionDeleted>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ImageDeleted> context) => failures.RemoveOfImageAsync(context.Message.ImageId, context.CancellationToken);

    /// <inheritdoc/>
    public Task Consume(ConsumeContext<CollectionDeleted> context) =>
        failures.RemoveOfCollectionAsync(context.Message.Collection, context.CancellationToken);
}

/// <summary>On the queue of the rejections.</summary>
internal sealed class DeletionsConsumerDefinition() : PipelineConsumerDefinition<DeletionsConsumer>("dashboard", stage: "dashboard", concurrency: 2);
