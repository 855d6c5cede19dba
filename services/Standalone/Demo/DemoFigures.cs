namespace Pipeline.Standalone.Demo;

/// <summary>What a demo measured, in the shape of its JSON file.</summary>
public sealed record DemoFigures
{
    /// <summary>Pictures uploaded.</summary>
    public required int Images { get; init; }

    /// <summary>Of them, those in the index at the end.</summary>
    public required int Indexed { get; init; }

    /// <summary>Of them, those rejected, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Rejected { get; init; }

    /// <summary>Pictures a second, from the first upload to the last image indexed.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Retrieval quality by search mode; empty without ground truth.</summary>
    public required IReadOnlyDictionary<string, ModeFigures> Modes { get; init; }

    /// <summary>Duration of each stage's work on one message.</summary>
    public required IReadOnlyDictionary<string, StageFigures> Stages { get; init; }
}

/// <summary>Retrieval quality of a search mode.</summary>
/// <param name="Ns">N-S, 0 to 4: group members among the first four, the query included.</param>
/// <param name="Map">Mean average precision, the query removed from its own list.</param>
/// <param name="RecallAt1">Share of queries whose first other hit is of the query's group.</param>
/// <param name="P50Ms">Median duration of a search.</param>
/// <param name="P95Ms">95th percentile of it.</param>
public sealed record ModeFigures(double Ns, double Map, double RecallAt1, double P50Ms, double P95Ms);

/// <summary>Duration of a stage's work on one message, in milliseconds.</summary>
/// <param name="P50Ms">Median.</param>
/// <param name="P95Ms">95th percentile.</param>
/// <param name="Messages">Number of messages.</param>
public sealed record StageFigures(double P50Ms, double P95Ms, int Messages);
