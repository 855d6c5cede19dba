using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Failures;
using Pipeline.Messaging.Lives;
using Pipeline.Messaging.Policy;
using Pipeline.Messaging.Publishing;
using Pipeline.Messaging.Queues;

namespace Pipeline.Messaging;

/// <summary>Registration: services gather consumers and routes, then the process adds its one bus.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds consumers to the process's bus: <c>bus.AddConsumer&lt;SiftConsumer, SiftConsumerDefinition&gt;()</c>. May be
    /// called any number of times before <see cref="AddPipelineMessaging"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The bus was added before.</exception>
    public static IServiceCollection AddPipelineConsumers(this IServiceCollection services, Action<IBusRegistrationConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        ThrowIfBusAdded(services, "Consumers added after AddPipelineMessaging would never be connected.");
        services.AddSingleton(new ConsumerRegistration(configure));
        return services;
    }

    /// <summary>
    /// Says that <typeparamref name="TEvent"/>, which this process publishes, has to reach <paramref name="endpointName"/>: the
    /// queue is declared before anything is published, so the event waits there even if that service has never run.
    /// </summary>
    public static IServiceCollection AddPipelineRoute<TEvent>(this IServiceCollection services, string endpointName)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(endpointName);
        var route = new EventRoute(typeof(TEvent), endpointName);
        if (!services.Any(service => service.ServiceType == typeof(EventRoute) && route.Equals(service.ImplementationInstance)))
        {
            services.AddSingleton(route);
        }

        return services;
    }

    /// <summary>Adds the bus with everything gathered so far, from the section <c>Messaging</c>. Called once, last.</summary>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static IServiceCollection AddPipelineMessaging(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ThrowIfBusAdded(services, "A process has one bus: AddPipelineMessaging was called before.");
        var section = configuration.GetSection(MessagingOptions.Section);
        services.AddOptions<MessagingOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MessagingOptions>, MessagingOptionsValidator>();
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton(provider => new EndpointActivity(
            provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<MessagingMetrics>(), provider.GetRequiredService<EndpointCatalog>()));
        services.AddSingleton<IQueueLengths, RabbitMqQueueLengths>();
        services.AddSingleton<Redrive>();
        services.AddSingleton<Rejections>();
        services.AddSingleton<ErrorClassification>();
        services.AddSingleton<PublishResilience>();
        services.AddSingleton<RouteDeclaration>();
        services.AddSingleton<TopologyDeclaration>();
        services.AddHostedService(provider => provider.GetRequiredService<TopologyDeclaration>());
        services.AddSingleton<BusReadiness>();
        services.AddSingleton<EndpointCatalog>();
        services.AddScoped<IEventPublisher, EventPublisher>();
        services.AddOptions<MassTransitHostOptions>().Configure<IOptions<MessagingOptions>>((host, options) =>
        {
            // In memory a start takes no time, and who publishes next finds all queues there. A broker may be away for
            // long: the process starts without it, is not ready, and connects when it comes.
            host.WaitUntilStarted = options.Value.Transport == MessagingTransport.InMemory;
            host.StopTimeout = options.Value.StopTimeout;
            host.ConsumerStopTimeout = options.Value.StopTimeout;
        });

        // Which transport is asked for decides about registrations, so it is read before the container exists.
        var transport = section.GetValue(nameof(MessagingOptions.Transport), MessagingTransport.InMemory);
        if (transport == MessagingTransport.RabbitMq)
        {
            services.AddSingleton<IFailedMessages, RabbitMqFailedMessages>();
            services.AddSingleton<IWaitingMessages, RabbitMqWaitingMessages>();
        }
        else
        {
            services.AddSingleton<IFailedMessages, InMemoryFailedMessages>();
            services.AddSingleton<IWaitingMessages, InMemoryWaitingMessages>();
        }

        services.AddMassTransit(bus =>
        {
            // What runs here is nobody else's business: nothing is reported to the library's makers.
            bus.DisableUsageTelemetry();
            foreach (var registration in services.Select(service => service.ImplementationInstance).OfType<ConsumerRegistration>().ToArray())
            {
                registration.Configure(bus);
            }

            bus.SetDefaultRequestTimeout(section.GetValue(nameof(MessagingOptions.RequestTimeout), new MessagingOptions().RequestTimeout));
            if (transport == MessagingTransport.RabbitMq)
            {
                services.TryAddSingleton<RefusingConnection>();
                bus.AddPublishObserver(provider => provider.GetRequiredService<RefusingConnection>());
                bus.AddSendObserver(provider => provider.GetRequiredService<RefusingConnection>());
                bus.UsingRabbitMq((context, factory) =>
                {
                    ConfigureHost(factory, context.GetRequiredService<IOptions<MessagingOptions>>().Value);
                    factory.ConnectEndpointConfigurationObserver(new ChannelFilterObserver(context.GetRequiredService<RefusingConnection>()));
                    ConfigureBus(factory, context);
                });
            }
            else
            {
                bus.UsingInMemory((context, factory) => ConfigureBus(factory, context));
            }
        });
        foreach (var type in services.Select(service => service.ServiceType).Where(IsDefinition).Distinct().ToArray())
        {
            services.AddSingleton(new ConsumerDefinitionType(type));
        }

        return services;

        static bool IsDefinition(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConsumerDefinition<>);
    }

    private static void ThrowIfBusAdded(IServiceCollection services, string message)
    {
        if (services.Any(service => service.ServiceType == typeof(EndpointCatalog)))
        {
            throw new InvalidOperationException(message);
        }
    }

    private static void ConfigureHost(IRabbitMqBusFactoryConfigurator factory, MessagingOptions options)
    {
        var broker = BrokerAddress.From(options);
        factory.Host(broker.First.Host, broker.First.Port, broker.VirtualHost, host =>
        {
            host.Username(broker.User ?? BrokerAddress.Guest);
            host.Password(broker.Password ?? BrokerAddress.Guest);
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.ContinuationTimeout(LateAnswerFilter.ChannelTimeout);
            host.PublisherConfirmation = true;
            if (broker.Nodes.Count > 1)
            {
                // Each process begins with another one, so that a cluster's nodes share the connections.
                var order = broker.Nodes.ToArray();
                Random.Shared.Shuffle(order);
                host.UseCluster(cluster => Array.ForEach(order, node => cluster.Node(node.ToString())));
            }

            if (broker.UseTls)
            {
                host.UseSsl(ssl => ssl.ServerName = broker.First.Host);
            }
        });
        factory.PublishTopology.GetMessageTopology<ImageEvent>().Exclude = true;
    }

    private static void ConfigureBus<TEndpoint>(IBusFactoryConfigurator<TEndpoint> factory, IBusRegistrationContext context)
        where TEndpoint : IReceiveEndpointConfigurator
    {
        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;
        factory.ConfigureJsonSerializerOptions(_ => PipelineJson.Options);

        // The common base of the events is a shape, not an event: it gets no exchange.
        factory.Publish<ImageEvent>(topology => topology.Exclude = true);

        factory.UsePublishFilter(typeof(LifeStampFilter<>), context);
        factory.ConnectEndpointConfigurationObserver(new ChannelFilterObserver(new LateAnswerFilter(options.BrokerTimeout)));

        var catalog = context.GetRequiredService<EndpointCatalog>();
        var definitions = context.GetServices<ConsumerDefinitionType>().Select(type => (IConsumerDefinition)context.GetRequiredService(type.Service)).ToArray();
        foreach (var endpoint in definitions.OfType<IPipelineEndpoint>().GroupBy(definition => definition.Name, StringComparer.Ordinal))
        {
            foreach (var settings in EndpointSettings.Create([.. endpoint], options))
            {
                catalog.Add(settings);
                factory.ReceiveEndpoint(settings.Name, configurator =>
                {
                    EndpointConfigurator.Apply(configurator, settings, context);
                    foreach (var definition in endpoint.Cast<IConsumerDefinition>())
                    {
                        configurator.ConfigureConsumer(context, definition.ConsumerType);
                    }
                });
            }
        }

        factory.ConfigureEndpoints(context);
    }

    private sealed record ConsumerRegistration(Action<IBusRegistrationConfigurator> Configure);

    private sealed record ConsumerDefinitionType(Type Service);
}
