using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>What mining costs.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Pictures">Pictures whose features were resampled.</param>
/// <param name="Words">Size of the vocabulary.</param>
/// <param name="MeanNonZeros">Mean non-zeros of a sift vector.</param>
/// <param name="GraphGrowthExponent">e in time ~ size^e of the graphs, by least squares over the sizes; null for a single one.</param>
/// <param name="ServiceGrowthExponent">The same of the whole service.</param>
/// <param name="Sizes">One for each number of images.</param>
internal sealed record MiningFigures(
    int Cores, int Pictures, int Words, double MeanNonZeros, double? GraphGrowthExponent, double? ServiceGrowthExponent, IReadOnlyList<MiningSize> Sizes)
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
/// <param name="Service">The same arrivals through the whole service.</param>
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
    ServiceFigures Service,
    double DeletionCpuMs,
    double BulkPerSecond,
    double OpenMs,
    double LoadMs,
    double IndexKbPerImage,
    double GraphBytesPerImage);

/// <summary>An arriving image through the mining service, in means of processor time of all threads.</summary>
/// <param name="P50Ms">Median wall time.</param>
/// <param name="CpuMs">In all.</param>
/// <param name="GraphCpuMs">Of it the index's graphs.</param>
/// <param name="VerificationCpuMs">Of it the verification of new pairs.</param>
/// <param name="MessageCpuMs">Of it the writing and reading of messages.</param>
/// <param name="Verifications">Pairs verified.</param>
/// <param name="Refreshed">Images of which the index was asked.</param>
/// <param name="Published">Events published.</param>
/// <param name="StateKbPerImage">Stored state an image.</param>
internal sealed record ServiceFigures(
    double P50Ms,
    double CpuMs,
    double GraphCpuMs,
    double VerificationCpuMs,
    double MessageCpuMs,
    double Verifications,
    double Refreshed,
    double Published,
    double StateKbPerImage);

/// <summary>One image's event, consumed again and again.</summary>
/// <param name="Images">Images in the collection.</param>
/// <param name="Events">How often.</param>
/// <param name="Seconds">How long all of them took.</param>
/// <param name="CpuSeconds">Their processor time.</param>
/// <param name="RecordsBefore">Stored neighbourhoods before.</param>
/// <param name="RecordsAfter">And after.</param>
internal sealed record DuplicateFigures(int Images, int Events, double Seconds, double CpuSeconds, int RecordsBefore, int RecordsAfter);
