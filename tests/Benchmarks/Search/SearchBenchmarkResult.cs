using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Latency of searches, one query at a time: of the index alone, and over the bus.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Dimensions">Length of the embeddings.</param>
/// <param name="Bits">Length of the codes.</param>
/// <param name="Sizes">One for each number of entries.</param>
internal sealed record SearchBenchmarkResult(int Cores, int Dimensions, int Bits, IReadOnlyList<SearchBenchmarkSize> Sizes)
{
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>Figures at one number of entries.</summary>
/// <param name="Entries">Points in the index.</param>
/// <param name="InsertPerSecond">Durable upserts a second, in batches of 500.</param>
/// <param name="OpenMs">Opening the index, everything loaded.</param>
/// <param name="Modes">Mode (<c>cnn</c>, <c>hash</c>) → figures of the index alone.</param>
/// <param name="WholeSearches">Searches over the bus, from request to answer.</param>
internal sealed record SearchBenchmarkSize(
    int Entries,
    double InsertPerSecond,
    double OpenMs,
    IReadOnlyDictionary<string, SearchBenchmarkMode> Modes,
    IReadOnlyList<WholeSearch>? WholeSearches = null);

/// <summary>Latency of a search over the bus.</summary>
/// <param name="Bus"><c>in-memory</c> or <c>rabbitmq</c>.</param>
/// <param name="Query">By the <c>id</c> of an image, or by a <c>picture</c>.</param>
/// <param name="Mode"><c>cnn</c> or <c>hash</c>.</param>
/// <param name="Rerank"><c>none</c> or <c>geometric</c>.</param>
/// <param name="P50Ms">Median.</param>
/// <param name="P95Ms">95th percentile.</param>
internal sealed record WholeSearch(string Bus, string Query, string Mode, string Rerank, double P50Ms, double P95Ms);

/// <summary>The index beside a plain loop over arrays that answers the same.</summary>
/// <param name="P50Ms">Median of a search.</param>
/// <param name="P95Ms">95th percentile of a search.</param>
/// <param name="BaselineP50Ms">Median of the plain loop.</param>
/// <param name="BaselineP95Ms">95th percentile of the plain loop.</param>
/// <param name="RecallAt10">Share of the ten exact nearest that the mode finds; 1 for an exact mode.</param>
internal sealed record SearchBenchmarkMode(double P50Ms, double P95Ms, double BaselineP50Ms, double BaselineP95Ms, double RecallAt10);
