using MassTransit;
using Pipeline.Contracts.Queries;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// Answers a question that can never be answered with <see cref="RequestRefused"/> and its reason code, so that the
/// asker learns what was wrong with it instead of waiting for a fault.
/// </summary>
internal sealed class RefusalFilter<T>(ErrorClassification classification) : IFilter<ConsumeContext<T>>
    where T : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("refusal");

    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
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
