using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Words;

/// <summary>Lets a new vocabulary serve its collection, and has every image's words made of it.</summary>
public sealed class VocabularyConsumer(VocabularyChange change) : IConsumer<VocabularyPublished>
{
    /// <summary>Commands that are published side by side.</summary>
    private const int AtOnce = 64;

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<VocabularyPublished> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var vocabulary = context.Message;
        if (!await change.ServeAsync(vocabulary, context.CancellationToken))
        {
            return;
        }

        // After the vocabulary serves: an image whose features come later than this walk finds it, and has its words made by itself.
        await Parallel.ForEachAsync(
            change.MissingAsync(vocabulary.Collection, vocabulary.VocabularyVersion, context.CancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.CancellationToken },
            async (command, ct) => await context.Publish(command, ct));
    }
}

/// <summary>Policy of the endpoint <c>vocabulary</c>: one change after the other.</summary>
public sealed class VocabularyConsumerDefinition()
    : PipelineConsumerDefinition<VocabularyConsumer>("vocabulary", stage: Stages.Index, prefetch: 1, concurrency: 1);
