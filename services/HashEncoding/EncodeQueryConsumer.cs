using MassTransit;
using Pipeline.Contracts.Queries;
using Pipeline.Hashing;
using Pipeline.Messaging;

namespace Pipeline.HashEncoding;

/// <summary>Encodes the embedding of a query, on a queue that uploads do not fill.</summary>
public sealed class EncodeQueryConsumer(HashEncoder encoder) : IConsumer<EncodeQuery>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<EncodeQuery> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var embedding = context.Message.Embedding;
        if (embedding?.Length != encoder.Dimensions || !embedding.All(float.IsFinite))
        {
            throw new PermanentException(RefusalReasons.InvalidRequest, $"An embedding has {encoder.Dimensions} finite values.");
        }

        await context.RespondAsync(new QueryCode { Code = encoder.Encode(embedding, 1), EncoderVersion = encoder.Version });
    }
}

/// <summary>Policy of the endpoint <c>encode-query</c>.</summary>
public sealed class EncodeQueryConsumerDefinition() : PipelineConsumerDefinition<EncodeQueryConsumer>("encode-query", EndpointKind.Interactive);
