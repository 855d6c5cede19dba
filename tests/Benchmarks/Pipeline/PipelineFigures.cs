using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>What the pipeline benchmark measured; a contender that was left out is null.</summary>
/// <param name="BareLoop">Images a second, median of the rounds.</param>
/// <param name="Standalone">Likewise.</param>
/// <param name="Processes">Likewise.</param>
/// <param name="PeakMb">The most memory each service process ever held, in MB of 10⁶ bytes.</param>
/// <param name="Rounds">Images a second of each round, in the order of time.</param>
/// <param name="CpuMsPerImage">CPU time per image by contender and process; RabbitMQ and Redis where they were started for the run.</param>
/// <param name="ImagesPerRound">Pictures in each round.</param>
/// <param name="Cores">Cores of the machine.</param>
internal sealed record PipelineFigures(
    double? BareLoop,
    double? Standalone,
    double? Processes,
    IReadOnlyDictionary<string, double> PeakMb,
    IReadOnlyDictionary<string, IReadOnlyList<double>> Rounds,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> CpuMsPerImage,
    int ImagesPerRound,
    int Cores)
{
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
