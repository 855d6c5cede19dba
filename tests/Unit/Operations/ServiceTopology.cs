using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.CnnExtraction;
using Pipeline.Contracts.Events;
using Pipeline.Dashboard;
using Pipeline.Gateway;
using Pipeline.HashEncoding;
using Pipeline.Indexing;
using Pipeline.Messaging;
using Pipeline.Messaging.Endpoints;
using Pipeline.ModelUpdating;
using Pipeline.NeighbourMining;
using Pipeline.SiftExtraction;
using Pipeline.Upload;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>What one service's process does on the broker, by its own consumers' definitions, routes and calls.</summary>
/// <param name="Name">The service's name, such as <c>sift-extraction</c>; its user on the broker has it, too.</param>
/// <param name="Work">Its work endpoints, bulk queues included.</param>
/// <param name="Interactive">Its interactive endpoints.</param>
/// <param name="Routed">Work endpoints of others that it declares, so that nothing it publishes is lost.</param>
/// <param name="RoutedMessages">What is to reach those.</param>
/// <param name="Consumed">Messages its endpoints take.</param>
/// <param name="Answered">Those of them that interactive endpoints take.</param>
/// <param name="Published">Messages it publishes or asks.</param>
/// <param name="AnswerQueues">Pattern of the names of the queues in which its processes wait for answers; empty where they ask nothing.</param>
internal sealed record ServiceTopology(
    string Name,
    IReadOnlySet<string> Work,
    IReadOnlySet<string> Interactive,
    IReadOnlySet<string> Routed,
    IReadOnlySet<Type> RoutedMessages,
    IReadOnlySet<Type> Consumed,
    IReadOnlySet<Type> Answered,
    IReadOnlySet<Type> Published,
    string AnswerQueues)
{
    /// <summary>Every service, as <c>docker-compose.yml</c> names them.</summary>
    public static IReadOnlyList<ServiceTopology> All { get; } =
    [
        Read("upload", typeof(UploadServiceCollectionExtensions), (services, configuration) => services.AddUpload(configuration)),
        Read("sift-extraction", typeof(SiftExtractionServiceCollectionExtensions), (services, configuration) => services.AddSiftExtraction(configuration)),
        Read("cnn-extraction", typeof(CnnExtractionServiceCollectionExtensions), (services, configuration) => services.AddCnnExtraction(configuration)),
        Read("hash-encoding", typeof(HashEncodingServiceCollectionExtensions), (services, configuration) => services.AddHashEncoding(configuration)),
        Read("indexing", typeof(IndexingServiceCollectionExtensions), (services, configuration) => services.AddIndexing(configuration)),
        Read("neighbour-mining", typeof(NeighbourMiningServiceCollectionExtensions), (services, configuration) => services.AddNeighbourMining(configuration)),
        Read("model-updating", typeof(ModelUpdatingServiceCollectionExtensions), (services, configuration) => services.AddModelUpdating(configuration)),
        Read("dashboard", typeof(DashboardServiceCollectionExtensions), (services, configuration) => services.AddDashboard(configuration)),
        Read("gateway", typeof(GatewayServiceCollectionExtensions), (services, configuration) => services.AddGateway(configuration)),
    ];

    private static ServiceTopology Read(string name, Type extensions, Action<IServiceCollection, IConfiguration> add)
    {
        var services = new ServiceCollection();
        add(services, new ConfigurationManager());
        var routes = services.Select(service => service.ImplementationInstance).OfType<EventRoute>().ToArray();
        var assembly = extensions.Assembly;
        HashSet<string> work = [], interactive = [];
        HashSet<Type> consumed = [], answered = [];
        foreach (var definition in assembly.GetTypes().Where(IsDefinition).Select(type => (IPipelineEndpoint)Activator.CreateInstance(type)!))
        {
            var messages = MessagesOf(((IConsumerDefinition)definition).ConsumerType).ToArray();
            consumed.UnionWith(messages);
            if (definition.Kind == EndpointKind.Interactive)
            {
                interactive.Add(definition.Name);
                answered.UnionWith(messages);
                continue;
            }

            work.Add(definition.Name);
            if (definition.SeparatesBulk)
            {
                work.Add(definition.Name + EndpointSettings.BulkSuffix);
            }
        }

        // Every process tells the dashboard what its endpoints do.
        HashSet<Type> published = [typeof(ServiceReported), .. PublishedMessages.Of(assembly), .. routes.Select(route => route.Event)];
        if (work.Count > 0)
        {
            // The policy of work endpoints answers permanent errors.
            published.Add(typeof(ImageRejected));
        }

        return new(
            name,
            work,
            interactive,
            routes.Select(route => route.Endpoint).ToHashSet(StringComparer.Ordinal),
            routes.Select(route => route.Event).ToHashSet(),
            consumed,
            answered,
            published,
            // As the bus names them: machine, program, a number.
            PublishedMessages.Asks(assembly) ? $"[A-Za-z0-9]+_{assembly.GetName().Name!.Replace(".", "", StringComparison.Ordinal)}_bus_[a-z0-9]+" : "");
    }

    private static bool IsDefinition(Type type) => !type.IsAbstract && typeof(IPipelineEndpoint).IsAssignableFrom(type);

    private static IEnumerable<Type> MessagesOf(Type consumer) => consumer.GetInterfaces()
        .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IConsumer<>))
        .Select(contract => contract.GetGenericArguments()[0])
        .Select(message => message.IsGenericType && message.GetGenericTypeDefinition() == typeof(Batch<>) ? message.GetGenericArguments()[0] : message);
}
