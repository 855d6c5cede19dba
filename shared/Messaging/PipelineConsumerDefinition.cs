using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging.Batching;
using Pipeline.Messaging.Endpoints;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging;

/// <summary>
/// Says on which queue a consumer works and how; retries, redelivery, rejection, pauses and quarantine follow from the
/// endpoint's kind. Consumers of one endpoint share its queue and must agree on kind, stage, raw JSON and bulk queue.
/// </summary>
/// <remarks>
/// A consumer of <c>Batch&lt;T&gt;</c> is recognised and gets its batch size and time. <c>Messaging:Endpoints:{name}</c>
/// overrides prefetch, concurrency, batch size and batch time of one queue.
/// </remarks>
/// <typeparam name="TConsumer">The consumer.</typeparam>
public abstract class PipelineConsumerDefinition<TConsumer> : ConsumerDefinition<TConsumer>, IPipelineEndpoint
    where TConsumer : class, IConsumer
{
    private readonly string _name;
    private readonly EndpointKind _kind;
    private readonly string _stage;
    private readonly bool _acceptsRawJson;
    private readonly bool _separatesBulk;
    private readonly int? _prefetch;
    private readonly int? _concurrency;
    private readonly int? _batchSize;
    private readonly TimeSpan? _batchTime;

    /// <summary>Describes the endpoint.</summary>
    /// <param name="endpointName">Name of the queue.</param>
    /// <param name="kind">Work or interactive.</param>
    /// <param name="stage">A name of <see cref="Contracts.Stages"/>, for rejections and metrics; the endpoint's name if null.</param>
    /// <param name="acceptsRawJson">Whether plain JSON without an envelope is read too, from the event's exchange or the queue itself.</param>
    /// <param name="separatesBulk">Whether bulk messages are worked on from a queue of their own, <c>{endpointName}-bulk</c>.</param>
    /// <param name="prefetch">Unacknowledged messages per process; twice the concurrency if null.</param>
    /// <param name="concurrency">Messages (or batches) at once per process; if null one per core, one for batches.</param>
    /// <param name="batchSize">The most messages in a batch, for a batch consumer.</param>
    /// <param name="batchTime">How long a batch waits to fill; 100 ms if null.</param>
    protected PipelineConsumerDefinition(
        string endpointName,
        EndpointKind kind = EndpointKind.Work,
        string? stage = null,
        bool acceptsRawJson = false,
        bool separatesBulk = false,
        int? prefetch = null,
        int? concurrency = null,
        int batchSize = 32,
        TimeSpan? batchTime = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(endpointName);
        EndpointName = endpointName;
        _name = endpointName;
        _kind = kind;
        _stage = stage ?? endpointName;
        _acceptsRawJson = acceptsRawJson;
        _separatesBulk = separatesBulk;
        _prefetch = prefetch;
        _concurrency = concurrency;
        if (BatchedMessage() is not null)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
            _batchSize = batchSize;
            _batchTime = batchTime ?? TimeSpan.FromMilliseconds(100);
        }
    }

    string IPipelineEndpoint.Name => _name;

    EndpointKind IPipelineEndpoint.Kind => _kind;

    string IPipelineEndpoint.Stage => _stage;

    bool IPipelineEndpoint.AcceptsRawJson => _acceptsRawJson;

    bool IPipelineEndpoint.SeparatesBulk => _separatesBulk;

    int? IPipelineEndpoint.Prefetch => _prefetch;

    int? IPipelineEndpoint.Concurrency => _concurrency;

    int? IPipelineEndpoint.BatchSize => _batchSize;

    TimeSpan? IPipelineEndpoint.BatchTime => _batchTime;

    /// <inheritdoc/>
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        ArgumentNullException.ThrowIfNull(endpointConfigurator);
        ArgumentNullException.ThrowIfNull(consumerConfigurator);
        ArgumentNullException.ThrowIfNull(context);
        if (_kind == EndpointKind.Interactive)
        {
            consumerConfigurator.UseFilter(new RefusalFilter<TConsumer>(context.GetRequiredService<ErrorClassification>()));
        }

        if (BatchedMessage() is not { } message)
        {
            return;
        }

        var settings = context.GetRequiredService<EndpointCatalog>().ByAddress(endpointConfigurator.InputAddress);
        consumerConfigurator.Options<BatchOptions>(options => options
            .SetMessageLimit(settings.BatchSize!.Value)
            .SetTimeLimit(settings.BatchTime!.Value)
            .SetConcurrencyLimit(settings.Concurrency));

        // The message type is known only by the consumer's interface.
        var isolation = (IBatchIsolation)Activator.CreateInstance(typeof(BatchIsolation<,>).MakeGenericType(typeof(TConsumer), message))!;
        isolation.Apply(consumerConfigurator, settings, context);
    }

    private static Type? BatchedMessage() => typeof(TConsumer).GetInterfaces()
        .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IConsumer<>))
        .Select(contract => contract.GetGenericArguments()[0])
        .Where(message => message.IsGenericType && message.GetGenericTypeDefinition() == typeof(Batch<>))
        .Select(batch => batch.GetGenericArguments()[0])
        .SingleOrDefault();
}
