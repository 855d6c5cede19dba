namespace Pipeline.Catalog;

/// <summary>How far a collection's next generation is.</summary>
public sealed record GenerationProgress
{
    /// <summary>Number of the generation.</summary>
    public required int Generation { get; init; }

    /// <summary>Images in its index.</summary>
    public long Ready { get; init; }

    /// <summary>Images that are to be.</summary>
    public long Images { get; init; }

    /// <summary>Images a second; 0 while nothing is known.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Where the walk over the images is; null at its beginning.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether the walk has seen all images: what is missing then was asked for, and comes.</summary>
    public bool IsWalked { get; init; }

    /// <summary>Whether the generation is being verified.</summary>
    public bool IsVerifying { get; init; }

    /// <summary>How often the walk was done again, because what it had asked for did not come.</summary>
    public int Asked { get; init; }

    /// <summary>
    /// Images of this walk whose stored features are gone, though the generation needs them; they were asked for to be extracted again.
    /// </summary>
    public long Gone { get; init; }

    /// <summary>The first <see cref="MaxNamed"/> of them.</summary>
    public IReadOnlyList<Guid> GoneImages { get; init; } = [];

    /// <summary>Images that are named one by one.</summary>
    public const int MaxNamed = 16;

    /// <summary>When this was noted, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Seconds that are left at this rate; null while nothing is known.</summary>
    public double? SecondsLeft => ImagesPerSecond > 0 ? Math.Max(0, Images - Ready) / ImagesPerSecond : null;
}
