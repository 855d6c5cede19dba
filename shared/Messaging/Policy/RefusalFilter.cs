using MassTransit;
using Pipeline.Contracts.Queries;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// Answers a question that can never be answered with <see cref="RequestRefused"/> and its reason code, so that the
/// asker learns what was wrong with it instead of getting a fault.
/// </summary>
/// <remarks>It must sit next to the consumer: whatever leaves the consumer's own pipe is a fault already, and sent as one.</remarks>
internal sealed class RefusalFilter<TConsumer>(ErrorClassification classification) : IFilter<ConsumerConsumeContext<TConsumer>>
    where TConsumer : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("refusal");

    public async Task Send(ConsumerConsumeContext<TConsumer> context, IPipe<ConsumerConsumeContext<TConsumer>> next)
    {
        ErrorClass.Permanent? refusal;
        try
        {
            await next.Send(context);
            return;
        }
        catch (Exception exception) when (IsRefusal(exception, out refusal))
        {
        }

        await context.RespondAsync(new RequestRefused { Reason = refusal!.Reason, Detail = refusal.Detail });
    }

    private bool IsRefusal(Exception exception, out ErrorClass.Permanent? refusal)
    {
        refusal = classification.Classify(exception) as ErrorClass.Permanent;
        return refusal is not null;
    }
}
