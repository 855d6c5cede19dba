using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Verdicts;

/// <summary>Notes what people say of pairs, and tells mining.</summary>
public sealed class JudgePairConsumer(ImageVerdicts verdicts) : IConsumer<JudgePair>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<JudgePair> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message;
        if (!CollectionName.IsValid(command.Collection) || command.FirstId == command.SecondId || !PairVerdicts.IsKnown(command.Verdict)
            || command.By is not { Length: >= 1 and <= PairVerdicts.LongestName } || command.At == default)
        {
            throw new PermanentException(RefusalReasons.InvalidRequest, "A verdict needs two images of a collection, same, not-same or withdrawn, who says so and when.");
        }

        var judged = await verdicts.JudgeAsync(command, context.CancellationToken)
            ?? throw new PermanentException(RefusalReasons.UnknownImage, "One of the images is not there, or they are of two tenants, or one has all the verdicts that it can have.");
        await context.Publish(
            new PairJudged
            {
                Collection = command.Collection,
                Tenant = judged.Tenant,
                FirstId = command.FirstId,
                SecondId = command.SecondId,
                Verdict = judged.Verdict.Verdict,
                By = judged.Verdict.By,
                At = judged.Verdict.At,
                CorrelationId = command.CorrelationId,
            },
            context.CancellationToken);
    }
}

/// <summary>Policy of the endpoint <c>verdicts</c>.</summary>
public sealed class JudgePairConsumerDefinition() : PipelineConsumerDefinition<JudgePairConsumer>("verdicts", stage: Stages.Index, acceptsRawJson: true);
