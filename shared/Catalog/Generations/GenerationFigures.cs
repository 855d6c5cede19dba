namespace Pipeline.Catalog;

/// <summary>What was found when a generation was compared with what is stored of a collection's images.</summary>
public sealed record GenerationFigures
{
    /// <summary>Living images that have an embedding, and so a point and a code.</summary>
    public required long Images { get; init; }

    /// <summary>Points of the generation's index: those images, and those that only the other branch could read.</summary>
    public required long Points { get; init; }

    /// <summary>Codes of its index.</summary>
    public required long Codes { get; init; }

    /// <summary>Images that were missing, and were put in; uploads and deletions may run beside the comparison.</summary>
    public long Mended { get; init; }

    /// <summary>Images that are missing or too many and stayed so.</summary>
    public long Wrong { get; init; }

    /// <summary>Images without visual words: the features to make them of are gone, and did not come again. All else of them is there.</summary>
    public long Wordless { get; init; }

    /// <summary>The first <see cref="GenerationProgress.MaxNamed"/> of them.</summary>
    public IReadOnlyList<Guid> WordlessImages { get; init; } = [];

    /// <summary>Stored images that were searched for.</summary>
    public int Canaries { get; init; }

    /// <summary>Share of their exact ten nearest stored features that the index found, 0 to 1; equally near ones count alike.</summary>
    public double Recall { get; init; }

    /// <summary>Share of them whose code is the stored one, 0 to 1.</summary>
    public double CodesEqual { get; init; }

    /// <summary>What the index says of itself, where it does.</summary>
    public string? IndexStatus { get; init; }

    /// <summary>Seconds that it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Why the generation is not to serve; null where it is.</summary>
    public string? Fault { get; init; }
}
