using System.Diagnostics;
using System.Globalization;
using MassTransit;
using MassTransit.Middleware.Rescue;
using MassTransit.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Failures;
using Pipeline.Messaging.Publishing;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// The policy of work endpoints, around deserializer and consumers alike: permanent errors are rejected, transient ones
/// retried, then redelivered later, then sent to the error queue; a dependency that is away pauses the endpoint.
/// </summary>
internal sealed class WorkPolicyFilter : IFilter<ReceiveContext>, IDisposable
{
    // One crash gives back everything that was prefetched; only what came back twice is likely to be the cause.
    private const int SuspectDeliveries = 2;
    private readonly EndpointSettings _endpoint;
    private readonly MessagingOptions _options;
    private readonly EndpointCircuit _circuit;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ErrorClassification _classification;
    private readonly PublishResilience _resilience;
    private readonly MessagingMetrics _metrics;
    private readonly Rejections _rejections;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly SemaphoreSlim _suspects = new(1);

    public WorkPolicyFilter(
        EndpointSettings endpoint,
        MessagingOptions options,
        EndpointCircuit circuit,
        ILogger logger,
        TimeProvider time,
        ErrorClassification classification,
        PublishResilience resilience,
        MessagingMetrics metrics,
        Rejections rejections,
        IHostApplicationLifetime? lifetime = null)
    {
        _endpoint = endpoint;
        _options = options;
        _circuit = circuit;
        _logger = logger;
        _time = time;
        _classification = classification;
        _resilience = resilience;
        _metrics = metrics;
        _rejections = rejections;
        _lifetime = lifetime;
        metrics.Watch(circuit);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workPolicy");

    public void Dispose() => _suspects.Dispose();

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = Outcomes.Failed;
        _metrics.Started(_endpoint.Name, _endpoint.Stage);
        var suspect = IsSuspect(context);
        try
        {
            if (suspect)
            {
                // One at a time and in random order: the next crash then takes only the cause, and others get past it.
                await Task.Delay(Random.Shared.Next(200), context.CancellationToken);
                await _suspects.WaitAsync(context.CancellationToken);
            }

            try
            {
                outcome = await ConsumeAsync(new WorkReceiveContext(context, _resilience), next);
            }
            finally
            {
                if (suspect)
                {
                    _suspects.Release();
                }
            }
        }
        finally
        {
            _metrics.Finished(_endpoint.Name, _endpoint.Stage, outcome, Stopwatch.GetElapsedTime(started));
        }
    }

    private static bool IsSuspect(ReceiveContext context) =>
        context.TransportHeaders.TryGetHeader("x-delivery-count", out var value)
        && long.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var count)
        && count >= SuspectDeliveries;

    private async Task<string> ConsumeAsync(WorkReceiveContext context, IPipe<ReceiveContext> next)
    {
        if (_endpoint.BulkName is { } bulk && MessageFields.Read(context.GetBody()).Traffic == TrafficClass.Bulk)
        {
            await MessageMover.MoveAsync(context, AddressOf(bulk), MessageMover.Redeliveries(context), _ => { });
            return Outcomes.MovedToBulk;
        }

        var state = context.GetOrAddPayload(() => new DeliveryState());
        var deadline = _time.GetUtcNow() + _endpoint.Hold(_options.MaxHold);
        var stopping = _lifetime?.ApplicationStopping ?? CancellationToken.None;
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.CancellationToken);
        for (var retry = 1; ;)
        {
            // A process that ends begins nothing: an endpoint may still hold many messages then. The broker brings them again;
            // the in-memory bus forgets them either way, and what they were about is resumed from the catalog.
            if (stopping.IsCancellationRequested && _options.Transport == MessagingTransport.InMemory)
            {
                return Outcomes.Abandoned;
            }

            stopping.ThrowIfCancellationRequested();
            using var lease = await _circuit.EnterAsync(deadline, held.Token);
            if (lease is null)
            {
                // Where the channel that brought the message is gone, nothing can be done for it here: the broker brings it again.
                context.CancellationToken.ThrowIfCancellationRequested();
                _logger.HeldTooLong(_endpoint.Name);
                await RedeliverAsync(context, MessageMover.Redeliveries(context), $"waited too long for the {_circuit.Dependency ?? "dependency that was away"}");
                return Outcomes.Redelivered;
            }

            if (await AttemptAsync(context, next, state, stopping) is not { } error)
            {
                lease.Passed();
                return Outcomes.Done;
            }

            var fields = MessageFields.Read(context.GetBody());
            switch (_classification.Classify(error, state, fields))
            {
                case ErrorClass.Permanent permanent:
                    await RejectionPublisher.PublishAsync(context, _endpoint, permanent, fields, _rejections);
                    return Outcomes.Rejected;

                case ErrorClass.DependencyDown down:
                    lease.Failed(down.Name, error);
                    break;

                default:
                    lease.Dispose();
                    if (retry > _options.RetryCount)
                    {
                        return await GiveUpAsync(context, error);
                    }

                    await PauseAsync(retry++, error, context.CancellationToken);
                    break;
            }
        }
    }

    /// <summary>One run of deserializer and consumers; returns the error it met.</summary>
    private static async Task<Exception?> AttemptAsync(
        WorkReceiveContext context, IPipe<ReceiveContext> next, DeliveryState state, CancellationToken stopping)
    {
        state.BatchItemError = null;
        try
        {
            await next.Send(context);
            return null;
        }
        catch (Exception exception) when (
            (context.CancellationToken.IsCancellationRequested || stopping.IsCancellationRequested)
            && exception is OperationCanceledException or ConsumerCanceledException)
        {
            // The endpoint or the process stops: the broker takes the message back.
            throw;
        }
#pragma warning disable CA1031 // Not swallowed: every error is classified and has one of four ends.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return state.BatchItemError ?? exception;
        }
    }

    private async Task PauseAsync(int retry, Exception error, CancellationToken cancellationToken)
    {
        var pause = _options.RetryInterval * Math.Pow(2, retry - 1) * (0.75 + (Random.Shared.NextDouble() / 2));
        _metrics.Retried(_endpoint.Name, _endpoint.Stage);
        _logger.RetryFollows(_endpoint.Name, retry, pause, error.Message);
        await Task.Delay(pause, _time, cancellationToken);
    }

    private async Task<string> GiveUpAsync(ReceiveContext context, Exception error)
    {
        var redeliveries = MessageMover.Redeliveries(context);
        if (redeliveries < _options.RedeliveryLimit)
        {
            _logger.RedeliveryFollows(_endpoint.Name, redeliveries + 1, error);
            await RedeliverAsync(context, redeliveries + 1, WaitingHeaders.ReasonOf(error));
            return Outcomes.Redelivered;
        }

        _logger.MovedToErrorQueue(_endpoint.Name, error);
        await context.GetPayload<IErrorTransport>().Send(new RescueExceptionReceiveContext(context, error));
        return Outcomes.Failed;
    }

    // By its exchange: a queue's address would declare the queue, without the arguments it has.
    private Uri AddressOf(string queue) => new(_options.Transport == MessagingTransport.RabbitMq ? $"exchange:{queue}" : $"queue:{queue}");

    private async Task RedeliverAsync(ReceiveContext context, int count, string reason)
    {
        if (_options.Transport == MessagingTransport.RabbitMq)
        {
            // When its time to live is over, the retry queue hands it back to the endpoint's queue.
            await MessageMover.MoveAsync(
                context,
                AddressOf(_endpoint.Name + EndpointSettings.RetrySuffix),
                count,
                send =>
                {
                    send.TimeToLive = _options.RedeliveryDelay;
                    send.Headers.Set(WaitingHeaders.DueAt, (_time.GetUtcNow() + _options.RedeliveryDelay).ToString("O", CultureInfo.InvariantCulture));
                    send.Headers.Set(WaitingHeaders.Reason, reason);
                });
        }
        else
        {
            await MessageMover.MoveAsync(context, AddressOf(_endpoint.Name), count, send => send.Delay = _options.RedeliveryDelay);
        }

        _metrics.Redelivered(_endpoint.Name, _endpoint.Stage);
    }
}
