using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Integration.Messaging;

/// <summary>Stops a private broker's process for a while when an endpoint connects first, before its queue is declared.</summary>
public sealed class BrokerPause(RabbitMqServer broker, TimeSpan length)
{
    private int _connections;

    /// <summary>How often the endpoint connected.</summary>
    public int Connections => _connections;

    internal async Task OnConnectedAsync()
    {
        if (Interlocked.Increment(ref _connections) == 1)
        {
            await broker.FreezeAsync();
            _ = Task.Delay(length).ContinueWith(_ => broker.ThawAsync(), TaskScheduler.Default);
        }
    }
}

/// <summary>A work endpoint that tells <see cref="BrokerPause"/> when it connects.</summary>
public sealed class PausingConsumerDefinition() : PipelineConsumerDefinition<ScriptedConsumer>("paused", stage: "hash")
{
    /// <inheritdoc/>
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ScriptedConsumer> consumerConfigurator, IRegistrationContext context)
    {
        base.ConfigureConsumer(endpointConfigurator, consumerConfigurator, context);
        var pause = context.GetRequiredService<BrokerPause>();
        ((IRabbitMqReceiveEndpointConfigurator)endpointConfigurator).ConfigureChannel(pipe => pipe.UseExecuteAsync(_ => pause.OnConnectedAsync()));
    }
}
