using System.ComponentModel.DataAnnotations;

namespace Pipeline.Indexing.Search;

/// <summary>How searches are answered. Section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Search";

    /// <summary>The most hits of one search.</summary>
    [Range(1, 10_000)]
    public int MaxLimit { get; init; } = 1000;

    /// <summary>In mode <c>hash</c>, the least number of nearest codes that are re-ranked by exact feature distance.</summary>
    [Range(1, 10_000)]
    public int HashCandidates { get; init; } = 100;

    /// <summary>In mode <c>fused</c>, the least number of images that each space contributes.</summary>
    [Range(1, 10_000)]
    public int FusionCandidates { get; init; } = 100;

    /// <summary>How many of the first hits geometric re-ranking verifies.</summary>
    [Range(1, 200)]
    public int RerankDepth { get; init; } = 20;

    /// <summary>How long a step that another service answers may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
