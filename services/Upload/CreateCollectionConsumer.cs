using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Upload;

/// <summary>Creates collections.</summary>
public sealed class CreateCollectionConsumer(CollectionCatalog collections) : IConsumer<CreateCollection>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<CreateCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var name = context.Message.Collection;
        if (!CollectionName.IsValid(name))
        {
            throw new PermanentException(RejectionReasons.InvalidCollection, "A name is 1 to 63 of a-z 0-9 - _ and begins with a letter or digit.");
        }

        var created = await collections.CreateAsync(name, context.CancellationToken);
        await context.RespondAsync(new CollectionCreated { Collection = name, Created = created });
    }
}

/// <summary>Policy of the endpoint <c>collections</c>.</summary>
public sealed class CreateCollectionConsumerDefinition() : PipelineConsumerDefinition<CreateCollectionConsumer>("collections", EndpointKind.Interactive);
