using MassTransit;
using Pipeline.Messaging.Endpoints;

namespace Pipeline.Messaging.Publishing;

/// <summary>
/// Holds publishers back until the bus has started once: before that no queue is bound and a message would vanish.
/// </summary>
internal sealed class BusReadiness(IBusControl bus, TopologyDeclaration topology)
{
    private volatile bool _ready;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await topology.Declared.WaitAsync(cancellationToken);
        while (!_ready)
        {
            if (bus.CheckHealth().Status == BusHealthStatus.Healthy)
            {
                _ready = true;
                return;
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
