namespace Pipeline.Messaging.Endpoints;

/// <summary>One queue as it will be: what its definitions say, overridden by configuration.</summary>
internal sealed record EndpointSettings
{
    public const string BulkSuffix = "-bulk";
    public const string RetrySuffix = "_retry";
    public const string QuarantineSuffix = "_quarantine";
    public const string ErrorSuffix = "_error";

    // RabbitMQ closes the channel of a consumer that keeps a message for 30 minutes; this leaves time for the work itself.
    private static readonly TimeSpan HoldBudget = TimeSpan.FromMinutes(24);

    public required string Name { get; init; }

    public required EndpointKind Kind { get; init; }

    public required string Stage { get; init; }

    public required bool AcceptsRawJson { get; init; }

    /// <summary>The queue that bulk messages move on to; null where they are worked on here.</summary>
    public string? BulkName { get; init; }

    /// <summary>Whether this is the bulk queue: fed by the endpoint's own, not by the events' exchanges.</summary>
    public bool IsBulk { get; init; }

    public required int Prefetch { get; init; }

    /// <summary>Messages (or batches) worked on at once.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Messages let into the pipe at once; a batch needs all of its own there.</summary>
    public required int ConcurrentMessages { get; init; }

    public int? BatchSize { get; init; }

    public TimeSpan? BatchTime { get; init; }

    /// <summary>How long one message may be held: the last of those prefetched waits for all before it.</summary>
    public TimeSpan Hold(TimeSpan maxHold)
    {
        var rounds = (Prefetch + ConcurrentMessages - 1) / ConcurrentMessages;
        var share = HoldBudget / (rounds + 1);
        return share < maxHold ? share : maxHold;
    }

    /// <summary>The endpoint's queue, and its bulk queue where it has one.</summary>
    public static IEnumerable<EndpointSettings> Create(IReadOnlyList<IPipelineEndpoint> definitions, MessagingOptions options)
    {
        var first = definitions[0];
        foreach (var other in definitions.Skip(1))
        {
            if (other.Kind != first.Kind || other.AcceptsRawJson != first.AcceptsRawJson || other.SeparatesBulk != first.SeparatesBulk || other.Stage != first.Stage)
            {
                throw new InvalidOperationException(
                    $"The consumers on endpoint '{first.Name}' disagree: kind, stage, raw JSON and bulk queue belong to the endpoint.");
            }
        }

        var separates = first.SeparatesBulk && first.Kind == EndpointKind.Work;
        yield return Create(first.Name, definitions, options) with { BulkName = separates ? first.Name + BulkSuffix : null };
        if (separates)
        {
            yield return Create(first.Name + BulkSuffix, definitions, options) with { IsBulk = true };
        }
    }

    private static EndpointSettings Create(string name, IReadOnlyList<IPipelineEndpoint> definitions, MessagingOptions options)
    {
        var configured = options.Endpoints.GetValueOrDefault(name) ?? new EndpointOptions();
        var concurrency = configured.Concurrency ?? definitions.Max(definition => definition.Concurrency);
        var batchSize = definitions.Any(definition => definition.BatchSize is not null)
            ? configured.BatchSize ?? definitions.Max(definition => definition.BatchSize)
            : null;
        var prefetch = configured.Prefetch ?? definitions.Max(definition => definition.Prefetch);
        if (batchSize is { } size)
        {
            // A prefetch below the batch size could never fill a batch.
            var batches = concurrency ?? 1;
            var needed = Math.Min(65535, Math.Max(prefetch ?? 2 * size * batches, size * batches));
            return Build(needed, batches, needed);
        }

        var workers = concurrency ?? Environment.ProcessorCount;
        return Build(Math.Max(prefetch ?? Math.Max(4, 2 * workers), workers), workers, workers);

        EndpointSettings Build(int messages, int atOnce, int inPipe) => new()
        {
            Name = name,
            Kind = definitions[0].Kind,
            Stage = definitions[0].Stage,
            AcceptsRawJson = definitions[0].AcceptsRawJson,
            Prefetch = messages,
            Concurrency = atOnce,
            ConcurrentMessages = inPipe,
            BatchSize = batchSize,
            BatchTime = batchSize is null ? null : configured.BatchTime ?? definitions.Max(definition => definition.BatchTime),
        };
    }
}
