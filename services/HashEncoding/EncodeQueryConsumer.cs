using MassTransit;
using Pipeline.Contracts.Queries;
using Pipeline.Hashing;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.HashEncoding;

/// <summary>Encodes the embedding of a query by the encoder that it names, on a queue that uploads do not fill.</summary>
public sealed class EncodeQueryConsumer(Encoders encoders) : IConsumer<EncodeQuery>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<EncodeQuery> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var lease = await RentAsync(context.Message.EncoderVersion, context.CancellationToken);
        var encoder = lease.Value;
        var embedding = context.Message.Embedding;
        if (embedding?.Length != encoder.Dimensions || !embedding.All(float.IsFinite))
        {
            throw new PermanentException(RefusalReasons.InvalidRequest, $"An embedding has {encoder.Dimensions} finite values.");
        }

        await context.RespondAsync(new QueryCode { Code = encoder.Encode(embedding, 1), EncoderVersion = encoder.Version });
    }

    private async Task<ArtifactLease<HashEncoder>> RentAsync(string? version, CancellationToken ct)
    {
        try
        {
            return await encoders.RentAsync(version, ct);
        }
        catch (ArtifactNotFoundException e)
        {
            throw new PermanentException(RefusalReasons.UnknownEncoder, e.Message);
        }
    }
}

/// <summary>Policy of the endpoint <c>encode-query</c>.</summary>
public sealed class EncodeQueryConsumerDefinition() : PipelineConsumerDefinition<EncodeQueryConsumer>("encode-query", EndpointKind.Interactive);
