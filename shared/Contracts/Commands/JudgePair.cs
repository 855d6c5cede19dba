namespace Pipeline.Contracts.Commands;

/// <summary>
/// A person says whether two images of a tenant show the same. Of several verdicts on a pair the latest counts, whatever their order of
/// arrival; which image is called first makes no difference. Sent twice it changes nothing.
/// </summary>
public sealed record JudgePair
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection of both images.</summary>
    public required string Collection { get; init; }

    /// <summary>One image.</summary>
    public required Guid FirstId { get; init; }

    /// <summary>The other image.</summary>
    public required Guid SecondId { get; init; }

    /// <summary>Of <see cref="PairVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Who says so, 1 to <see cref="PairVerdicts.LongestName"/> characters.</summary>
    public required string By { get; init; }

    /// <summary>When it was said, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The life of the first image that was judged; null for the one that it has.</summary>
    public int? FirstIncarnation { get; init; }

    /// <summary>The life of the second image that was judged; null for the one that it has.</summary>
    public int? SecondIncarnation { get; init; }

    /// <summary>Names the command in logs and traces.</summary>
    public Guid CorrelationId { get; init; }
}
