namespace Pipeline.Contracts.Events;

/// <summary>How far the training of a collection's model is. Told at most once a second and at the end; one that is lost is not told again.</summary>
public sealed record ModelUpdateProgressed
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>
    /// What it is at: <c>training</c>, before which there may be <c>specialist</c> (a second teacher learns) and <c>synthesis</c> (inputs are made that stand
    /// for what was learned before).
    /// </summary>
    public string Phase { get; init; } = "training";

    /// <summary>Steps taken in all phases, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Steps of all phases.</summary>
    public required int Steps { get; init; }

    /// <summary>What the last step reported: <c>loss</c>, its terms without their weights, and the gradient's length.</summary>
    public required IReadOnlyDictionary<string, float> Losses { get; init; }

    /// <summary>The update.</summary>
    public required Guid CorrelationId { get; init; }
}
