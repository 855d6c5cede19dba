using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>What mining costs.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Pictures">Pictures whose features were resampled.</param>
/// <param name="Words">Size of the vocabulary.</param>
/// <param name="MeanNonZeros">Mean non-zeros of a sift vector.</param>
/// <param name="GrowthExponent">e in time ~ size^e, by least squares over the sizes; null for a single one.</param>
/// <param name="Sizes">One for each number of images.</param>
internal sealed record MiningFigures(
    int Cores, int Pictures, int Words, double MeanNonZeros, double? GrowthExponent, IReadOnlyList<MiningSize> Sizes)
{
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>Figures at one number of images.</summary>
/// <param name="Images">Images in the index.</param>
/// <param name="ArrivalP50Ms">Median wall time to weave an arriving image into both graphs, stored durably.</param>
/// <param name="ArrivalP95Ms">95th percentile of the same.</param>
/// <param name="ArrivalCpuMs">Mean processor time of the same, all threads.</param>
/// <param name="CnnP50Ms">Median of the cnn graph's part.</param>
/// <param name="SiftP50Ms">Median of the sift graph's part.</param>
/// <param name="DeletionCpuMs">Mean processor time to repair both graphs after one image is deleted.</param>
/// <param name="BulkPerSecond">Images a second woven into both graphs, the whole collection at once.</param>
/// <param name="OpenMs">Opening the index without its graphs.</param>
/// <param name="LoadMs">The first question to both graphs after opening.</param>
/// <param name="IndexKbPerImage">Memory of the index an image, without graphs.</param>
/// <param name="GraphBytesPerImage">Memory of both graphs an image.</param>
internal sealed record MiningSize(
    int Images,
    double ArrivalP50Ms,
    double ArrivalP95Ms,
    double ArrivalCpuMs,
    double CnnP50Ms,
    double SiftP50Ms,
    double DeletionCpuMs,
    double BulkPerSecond,
    double OpenMs,
    double LoadMs,
    double IndexKbPerImage,
    double GraphBytesPerImage);
