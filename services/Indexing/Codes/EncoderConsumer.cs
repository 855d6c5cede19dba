using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Codes;

/// <summary>Prepares a new encoder to serve its collection, and has every image's code made of it.</summary>
public sealed class EncoderConsumer(EncoderChange change) : IConsumer<EncoderPublished>
{
    /// <summary>Commands that are published side by side.</summary>
    private const int AtOnce = 64;

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<EncoderPublished> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var encoder = context.Message;
        if (!await change.PrepareAsync(encoder, context.CancellationToken))
        {
            return;
        }

        // After the encoder is known as the next one: an image whose features come later than this walk has its code asked for then.
        await Parallel.ForEachAsync(
            change.MissingAsync(encoder.Collection, context.CancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.CancellationToken },
            async (command, ct) => await context.Publish(command, ct));
    }
}

/// <summary>Policy of the endpoint <c>encoder</c>: one change after the other.</summary>
public sealed class EncoderConsumerDefinition()
    : PipelineConsumerDefinition<EncoderConsumer>("encoder", stage: Stages.Index, prefetch: 1, concurrency: 1);
