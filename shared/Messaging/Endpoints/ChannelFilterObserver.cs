using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Pipeline.Messaging.Endpoints;

/// <summary>Gives the channel of every endpoint a filter, the bus's own endpoint for answers, which nobody configures, included.</summary>
/// <param name="filter">Sees each channel as it is opened.</param>
internal sealed class ChannelFilterObserver(IFilter<ChannelContext> filter) : IEndpointConfigurationObserver
{
    public void EndpointConfigured<T>(T configurator)
        where T : IReceiveEndpointConfigurator
    {
        if (configurator is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.ConfigureChannel(channel => channel.UseFilter(filter));
        }
    }
}
