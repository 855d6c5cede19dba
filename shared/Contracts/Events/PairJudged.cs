namespace Pipeline.Contracts.Events;

/// <summary>A person's verdict on two images is noted: search follows it already, mining and model updates will.</summary>
public sealed record PairJudged
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection of both images.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant of both images.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>One image.</summary>
    public required Guid FirstId { get; init; }

    /// <summary>The other image.</summary>
    public required Guid SecondId { get; init; }

    /// <summary>The verdict that counts now, of <see cref="PairVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Who gave it.</summary>
    public required string By { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>That of the command.</summary>
    public Guid CorrelationId { get; init; }
}
