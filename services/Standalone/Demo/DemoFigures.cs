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

    /// <summary>The hash encoder that was trained on the pictures; null if there are too few of them.</summary>
    public DemoEncoderFigures? Encoder { get; init; }

    /// <summary>Retrieval quality by search mode; empty without ground truth.</summary>
    public required IReadOnlyDictionary<string, ModeFigures> Modes { get; init; }

    /// <summary>Duration of each stage's work on one message.</summary>
    public required IReadOnlyDictionary<string, StageFigures> Stages { get; init; }
}

/// <summary>A hash encoder that was trained on the pictures.</summary>
/// <param name="Method">The method that trained it.</param>
/// <param name="Bits">Length of its codes.</param>
/// <param name="Promoted">Whether it was better than the one that the collection began with, and so is used in mode <c>hash</c>.</param>
/// <param name="Map">Its tie-aware mean average precision on pictures held out, without re-ranking.</param>
/// <param name="PresentMap">That of the encoder that the collection began with.</param>
/// <param name="TrainSeconds">Seconds that the training of all candidates took.</param>
public sealed record DemoEncoderFigures(string Method, int Bits, bool Promoted, double Map, double PresentMap, double TrainSeconds);

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
