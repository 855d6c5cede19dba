using System.Diagnostics;
using MassTransit;
using MassTransit.Batching;
using MassTransit.Context;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging.Batching;

/// <summary>
/// Keeps one bad message from sinking its batch: a batch that failed is consumed again message by message, and each
/// message carries its own outcome to the policy around it.
/// </summary>
internal sealed class BatchIsolationFilter<TConsumer, TMessage>(EndpointSettings endpoint, ErrorClassification classification, MessagingMetrics metrics)
    : IFilter<ConsumeContext<Batch<TMessage>>>
    where TConsumer : class
    where TMessage : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("batchIsolation");

    public async Task Send(ConsumeContext<Batch<TMessage>> context, IPipe<ConsumeContext<Batch<TMessage>>> next)
    {
        var started = Stopwatch.GetTimestamp();
        metrics.Batched(endpoint.Name, endpoint.Stage, context.Message.Length, endpoint.BatchSize!.Value);
        try
        {
            await next.Send(context);
        }
        catch (BatchItemsFailedException exception)
        {
            var failed = exception.Failures.ToDictionary(failure => failure.Item.ReceiveContext, failure => failure.Error);
            await SettleAsync(context.Message, failed, Stopwatch.GetElapsedTime(started));
            throw;
        }
        catch (Exception exception) when (MayIsolate(exception, context))
        {
            var failed = await ConsumeOneByOneAsync(context, next);
            await SettleAsync(context.Message, failed, Stopwatch.GetElapsedTime(started));
            if (failed.Count > 0)
            {
                throw new BatchItemsFailedException([.. context.Message
                    .Where(item => failed.ContainsKey(item.ReceiveContext))
                    .Select(item => new BatchItemFailure(item, failed[item.ReceiveContext]))]);
            }
        }
    }

    // With a dependency away every message alone would fail too, so the whole batch waits for it together.
    private bool MayIsolate(Exception exception, ConsumeContext<Batch<TMessage>> context) =>
        context.Message.Length > 1
        && !context.CancellationToken.IsCancellationRequested
        && classification.Classify(exception) is not ErrorClass.DependencyDown;

    private static async Task<Dictionary<ReceiveContext, Exception>> ConsumeOneByOneAsync(
        ConsumeContext<Batch<TMessage>> context, IPipe<ConsumeContext<Batch<TMessage>>> next)
    {
        var failed = new Dictionary<ReceiveContext, Exception>();
        foreach (var item in context.Message)
        {
            var single = new MessageBatch<TMessage>(context.Message.FirstMessageReceived, context.Message.LastMessageReceived, BatchCompletionMode.Forced, [item]);
            try
            {
                await next.Send(new BatchConsumeContext<TMessage>(item, single));
            }
            catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (BatchItemsFailedException exception)
            {
                failed[item.ReceiveContext] = exception.Failures[0].Error;
            }
#pragma warning disable CA1031 // Not swallowed: every failure is handed to the policy of its own message.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failed[item.ReceiveContext] = exception;
            }
        }

        return failed;
    }

    private static async Task SettleAsync(Batch<TMessage> batch, Dictionary<ReceiveContext, Exception> failed, TimeSpan elapsed)
    {
        foreach (var item in batch)
        {
            if (failed.TryGetValue(item.ReceiveContext, out var error))
            {
                if (item.TryGetPayload<DeliveryState>(out var state))
                {
                    state.BatchItemError = error;
                }
            }
            else
            {
                // Marked as delivered, the message does not share in the exception of its mates.
                await item.NotifyConsumed(item, elapsed, TypeCache<TConsumer>.ShortName);
            }
        }
    }
}
