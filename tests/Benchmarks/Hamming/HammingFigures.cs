using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>What the Hamming benchmark measured: medians of interleaved rounds.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Faiss">Version of the faiss beside which it ran; null: none was found.</param>
/// <param name="Results">The scan, by number of codes, length and threads.</param>
/// <param name="MultiIndex">Multi-index hashing; null: left out.</param>
internal sealed record HammingFigures(int Cores, string? Faiss, IReadOnlyList<HammingScan> Results, MultiIndexFigures? MultiIndex)
{
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>Nanoseconds to compare a query with a code, the 100 nearest being found.</summary>
/// <param name="Codes">Codes in the index.</param>
/// <param name="Bits">Their length.</param>
/// <param name="Threads">Threads used.</param>
/// <param name="NsPerCode">One query at a time.</param>
/// <param name="FaissNsPerCode">The same by faiss, which uses one thread for one query.</param>
/// <param name="BatchNsPerCode">All queries at once.</param>
/// <param name="FaissBatchNsPerCode">The same by faiss.</param>
/// <param name="BandwidthFraction">Bytes of codes a second, one query at a time, by bytes a second that so many threads can read and add.</param>
/// <param name="BandwidthGBs">The latter, 10⁹ bytes a second.</param>
internal sealed record HammingScan(
    int Codes,
    int Bits,
    int Threads,
    double NsPerCode,
    double? FaissNsPerCode,
    double BatchNsPerCode,
    double? FaissBatchNsPerCode,
    double BandwidthFraction,
    double BandwidthGBs);

/// <summary>Multi-index hashing beside the scan, both on one thread.</summary>
/// <param name="Codes">Codes in both.</param>
/// <param name="Bits">Their length.</param>
/// <param name="Descriptors">Descriptors found in the pictures; the other codes are of these, moved by noise.</param>
/// <param name="Distinct">Different codes.</param>
/// <param name="Tables">Tables of the multi-index.</param>
/// <param name="AddNs">Nanoseconds to add a code.</param>
/// <param name="Searches">One for each kind of search.</param>
internal sealed record MultiIndexFigures(
    int Codes, int Bits, int Descriptors, int Distinct, int Tables, double AddNs, IReadOnlyList<MultiIndexSearch> Searches);

/// <summary>Microseconds a search: for each query the median of the rounds, and of these the mean and the median.</summary>
/// <param name="Search"><c>radius</c> or <c>nearest</c>.</param>
/// <param name="Value">The radius, or the number of nearest.</param>
/// <param name="MeanHits">Codes found.</param>
/// <param name="ScanUs">By the scan, the mean.</param>
/// <param name="MultiIndexUs">By multi-index hashing, the mean.</param>
/// <param name="Speedup">The ratio of the means.</param>
/// <param name="MedianScanUs">By the scan, the median.</param>
/// <param name="MedianMultiIndexUs">By multi-index hashing, the median.</param>
/// <param name="MedianSpeedup">The ratio of the medians.</param>
internal sealed record MultiIndexSearch(
    string Search,
    int Value,
    double MeanHits,
    double ScanUs,
    double MultiIndexUs,
    double Speedup,
    double MedianScanUs,
    double MedianMultiIndexUs,
    double MedianSpeedup);
