namespace Pipeline.Messaging.Endpoints;

/// <summary>What a consumer's definition says about its endpoint, whatever the consumer's type.</summary>
internal interface IPipelineEndpoint
{
    string Name { get; }

    EndpointKind Kind { get; }

    string Stage { get; }

    bool AcceptsRawJson { get; }

    bool SeparatesBulk { get; }

    int? Prefetch { get; }

    int? Concurrency { get; }

    int? BatchSize { get; }

    TimeSpan? BatchTime { get; }
}
