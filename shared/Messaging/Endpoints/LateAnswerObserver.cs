using MassTransit;

namespace Pipeline.Messaging.Endpoints;

/// <summary>Gives every endpoint its <see cref="LateAnswerFilter"/>, the bus's own for answers, which nobody configures, included.</summary>
/// <param name="timeout">How long a question to the broker may stay unanswered.</param>
internal sealed class LateAnswerObserver(TimeSpan timeout) : IEndpointConfigurationObserver
{
    public void EndpointConfigured<T>(T configurator)
        where T : IReceiveEndpointConfigurator
    {
        if (configurator is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.ConfigureChannel(channel => channel.UseFilter(new LateAnswerFilter(timeout)));
        }
    }
}
