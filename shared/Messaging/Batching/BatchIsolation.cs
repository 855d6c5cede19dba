using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging.Batching;

/// <summary>Puts the isolation filter on a batch consumer whose message type is only known at run time.</summary>
internal interface IBatchIsolation
{
    void Apply(object consumerConfigurator, EndpointSettings endpoint, IServiceProvider services);
}

/// <inheritdoc/>
internal sealed class BatchIsolation<TConsumer, TMessage> : IBatchIsolation
    where TConsumer : class, IConsumer
    where TMessage : class
{
    public void Apply(object consumerConfigurator, EndpointSettings endpoint, IServiceProvider services)
    {
        var classification = services.GetRequiredService<ErrorClassification>();
        var metrics = services.GetRequiredService<MessagingMetrics>();
        ((IConsumerConfigurator<TConsumer>)consumerConfigurator).Message<Batch<TMessage>>(
            message => message.UseFilter(new BatchIsolationFilter<TConsumer, TMessage>(endpoint, classification, metrics)));
    }
}
