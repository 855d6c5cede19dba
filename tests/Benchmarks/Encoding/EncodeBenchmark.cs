using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Hashing;
using Pipeline.Onnx;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// What encoding costs: made-up features of 128 dimensions to 64 bits in batches of 256, by the ONNX encoder as HashEncoding
/// runs it (one thread a run, as many runs at a time as there are cores) and by plain code beside it.
/// </summary>
internal static class EncodeBenchmark
{
    private const int Dimensions = 128;
    private const int Bits = 64;
    private const int Batch = 256;
    private const int Rounds = 12;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(300);

    public static EncodeFigures Run(Action<string>? report = null)
    {
        float[] features = Values(new Random(1), Batch * Dimensions, 1, value => (float)value);
        int cores = Environment.ProcessorCount;
        List<EncodeResult> results = [];
        foreach (var (family, hash) in Families())
        {
            using var encoder = new HashEncoder(hash.BuildModel(), new OnnxSessionFactory(
                Options.Create(new OnnxOptions { Provider = OnnxProvider.Cpu }), NullLogger<OnnxSessionFactory>.Instance));
            foreach (var threads in new[] { 1, cores }.Distinct())
            {
                var onnx = Best(threads, () => encoder.Encode(features, Batch));
                var plain = Best(threads, () => EncodePlainly(hash, features));
                results.Add(new EncodeResult(family, Dimensions, Bits, Batch, threads, onnx.PerSecond, plain.PerSecond, onnx.CpuNs, plain.CpuNs));
                report?.Invoke(FormattableString.Invariant(
                    $"{family}, {threads} thread(s): {onnx.PerSecond:N0} vectors/s by ONNX, {plain.PerSecond:N0} by plain code; CPU {onnx.CpuNs:N0} and {plain.CpuNs:N0} ns a vector"));
            }
        }

        return new EncodeFigures(cores, results);
    }

    private static IEnumerable<(string Family, IHashFunction Hash)> Families()
    {
        var random = new Random(2);
        double[] Draw(int count, double size) => Values(random, count, size, value => value);
        yield return ("linear", new LinearHash(Draw(Bits * Dimensions, 2), Draw(Bits, 1), Dimensions));
        yield return ("periodic", new PeriodicHash(
            Draw(Bits * Dimensions, 2), [], [.. Enumerable.Range(0, Bits).Select(bit => new Wave(bit, 0, 1 + (bit % 4)))], Dimensions));
        yield return ("ball", new BallHash(Draw(Bits * Dimensions, 1), [.. Enumerable.Repeat(4.6, Bits)], Dimensions));
        yield return ("network", new NetworkHash(Draw(Bits * Dimensions, 1), Draw(Bits, 1), Draw(Bits * Bits, 1), Draw(Bits, 0.2), Dimensions));
    }

    private static void EncodePlainly(IHashFunction hash, ReadOnlySpan<float> features)
    {
        Span<byte> code = stackalloc byte[Bits / 8];
        for (var at = 0; at < features.Length; at += Dimensions)
        {
            hash.Encode(features.Slice(at, Dimensions), code);
        }
    }

    /// <summary>Vectors a second, and processor time of one, of the best round: whatever else the machine does only slows a round down.</summary>
    private static (double PerSecond, double CpuNs) Best(int threads, Action batch)
    {
        var (best, least) = (0.0, double.PositiveInfinity);
        for (var round = 0; round < Rounds; round++)
        {
            long batches = 0;
            var cpu = Environment.CpuUsage.TotalTime;
            var begin = Stopwatch.GetTimestamp();
            Thread[] callers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Call))];
            Array.ForEach(callers, caller => caller.Start());
            Array.ForEach(callers, caller => caller.Join());
            best = Math.Max(best, batches * Batch / Stopwatch.GetElapsedTime(begin).TotalSeconds);
            least = Math.Min(least, (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / (batches * Batch));

            void Call()
            {
                long mine = 0;
                for (; Stopwatch.GetElapsedTime(begin) < Round; mine++)
                {
                    batch();
                }

                Interlocked.Add(ref batches, mine);
            }
        }

        return (best, least);
    }

    private static T[] Values<T>(Random random, int count, double size, Func<double, T> convert) =>
        [.. Enumerable.Range(0, count).Select(_ => convert((random.NextDouble() - 0.5) * size))];
}
