using MassTransit;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Upload;

/// <summary>Creates collections, and gives them settings.</summary>
public sealed class CreateCollectionConsumer(CollectionKeeping collections) : IConsumer<CreateCollection>, IConsumer<ConfigureCollection>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<CreateCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var created = await collections.CreateAsync(context.Message.Collection, context.Message.Settings, context.CancellationToken);
        await context.RespondAsync(new CollectionCreated { Collection = context.Message.Collection, Created = created });
    }

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<ConfigureCollection> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message;
        var record = await collections.ConfigureAsync(command.Collection, command.Settings, command.ExpectedRevision, context.CancellationToken);
        await context.RespondAsync(new CollectionConfigured { Collection = record.Name, Settings = record.Settings, Revision = record.SettingsRevision });
    }
}

/// <summary>Policy of the endpoint <c>collections</c>.</summary>
public sealed class CreateCollectionConsumerDefinition() : PipelineConsumerDefinition<CreateCollectionConsumer>("collections", EndpointKind.Interactive);
