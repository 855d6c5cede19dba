using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>What the benchmark of encoders measured.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Results">One for each family and number of threads.</param>
internal sealed record EncodeFigures(int Cores, IReadOnlyList<EncodeResult> Results)
{
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>Vectors encoded a second by all threads, and processor time of one vector.</summary>
internal sealed record EncodeResult(
    string Family, int Dimensions, int Bits, int Batch, int Threads, double OnnxPerSecond, double PlainPerSecond, double OnnxCpuNs, double PlainCpuNs);
