using MassTransit;
using Pipeline.Messaging.Endpoints;

namespace Pipeline.Messaging.Failures;

/// <summary>
/// Hands failed messages of the in-memory transport on as they come: its error queues cannot be asked, but listened to. What failed before
/// the first call waits there.
/// </summary>
internal sealed class InMemoryFailedMessages(IBus bus, EndpointCatalog catalog, Redrive redrive, TimeProvider time) : IFailedMessages
{
    private readonly HashSet<string> _connected = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time;
    private int _taken;

    public async Task<int> TakeAsync(IReadOnlyCollection<string> endpoints, Func<FailedMessage, CancellationToken, Task> keep, CancellationToken ct)
    {
        foreach (var endpoint in catalog.All.Where(endpoint => endpoint.Kind == EndpointKind.Work && endpoints.Contains(endpoint.Name) && _connected.Add(endpoint.Name)))
        {
            var handle = bus.ConnectReceiveEndpoint(QueueNames.Error(endpoint.Name), configurator =>
            {
                configurator.ConfigureConsumeTopology = false;
                configurator.ConfigureReceive(receive => receive.UseFilter(new KeepFilter(this, endpoint.Name, keep)));
            });
            await handle.Ready;
        }

        return Interlocked.Exchange(ref _taken, 0);
    }

    public Task RedriveAsync(FailedMessage message, CancellationToken ct) => redrive.SendAsync(message, ct);

    private sealed class KeepFilter(InMemoryFailedMessages owner, string endpoint, Func<FailedMessage, CancellationToken, Task> keep) : IFilter<ReceiveContext>
    {
        public void Probe(ProbeContext context) => context.CreateFilterScope("keepFailed");

        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            var headers = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in context.TransportHeaders.GetAll())
            {
                if (FailedMessageFactory.Text(value) is { } text)
                {
                    headers[name] = text;
                }
            }

            var message = FailedMessageFactory.Create(
                endpoint, quarantined: false, context.GetBody(), context.ContentType?.ToString(), headers, owner._time.GetUtcNow());
            await keep(message, context.CancellationToken);
            Interlocked.Increment(ref owner._taken);
        }
    }
}
