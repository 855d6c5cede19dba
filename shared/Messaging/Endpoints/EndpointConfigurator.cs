using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Messaging.Lives;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging.Endpoints;

/// <summary>Gives an endpoint the policy of its kind. This is the one place where the policy is put together.</summary>
internal static class EndpointConfigurator
{
    public static void Apply(IReceiveEndpointConfigurator endpoint, EndpointSettings settings, IRegistrationContext context)
    {
        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;
        endpoint.PrefetchCount = settings.Prefetch;
        endpoint.ConcurrentMessageLimit = settings.ConcurrentMessages;
        endpoint.ConfigureConsumeTopology = !settings.IsBulk;
        if (settings.AcceptsRawJson)
        {
            endpoint.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
        }

        endpoint.UseConsumeFilter(typeof(MessageAgeFilter<>), context);
        var rabbit = endpoint as IRabbitMqReceiveEndpointConfigurator;
        if (settings.Kind == EndpointKind.Interactive)
        {
            // The asker gets a refusal or a fault; nobody reads an error queue of questions.
            endpoint.DiscardFaultedMessages();
            endpoint.DiscardSkippedMessages();
            endpoint.ConfigureReceive(receive => receive.UseFilter(ActivatorUtilities.CreateInstance<InteractivePolicyFilter>(context, settings)));
            if (rabbit is not null)
            {
                RabbitMqTopology.ConfigureInteractive(rabbit, options);
            }

            return;
        }

        // Failures are told by the error queue and by ImageRejected; Fault<T> events would have no subscriber.
        endpoint.PublishFaults = false;
        endpoint.ConfigureError(error => error.UseFilter(new RethrowFilter()));
        endpoint.ConfigureReceive(receive => receive.UseFilter(CreatePolicy(settings, options, context)));
        endpoint.UseConsumeFilter(typeof(SchemaVersionFilter<>), context);
        endpoint.UseConsumeFilter(typeof(LateMessageFilter<>), context);
        if (rabbit is not null)
        {
            RabbitMqTopology.ConfigureWork(rabbit, settings.Name, options, context.GetRequiredService<RouteDeclaration>());
        }
    }

    private static WorkPolicyFilter CreatePolicy(EndpointSettings settings, MessagingOptions options, IServiceProvider services)
    {
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger($"Pipeline.Messaging.{settings.Name}");
        var circuit = new EndpointCircuit(settings.Name, options.ProbeInterval, options.MaxProbeInterval, logger, time);
        return ActivatorUtilities.CreateInstance<WorkPolicyFilter>(services, settings, options, circuit, logger, time);
    }
}
