using System.Diagnostics;
using System.Text.Json;
using Pipeline.Evaluation;
using Pipeline.Neighbours.Words;
using Pipeline.Sift;

namespace Pipeline.Tests.Benchmarks;

/// <summary>What training and using visual words costs: 4,096 words of the upper level from 150,000 descriptors, then 500 descriptors at a time.</summary>
internal static class VocabularyBenchmark
{
    public static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private const int Images = 300;
    private const int Keypoints = 500;
    private const int Rounds = 300;

    public static VocabularyFigures Run(Action<string>? report = null)
    {
        SiftFeatures[] images = [.. Enumerable.Range(0, Images).Select(Image)];
        var clock = Stopwatch.StartNew();
        var vocabulary = new VocabularyTrainer(new VocabularyOptions()).Train(images);
        var seconds = clock.Elapsed.TotalSeconds;
        report?.Invoke(FormattableString.Invariant(
            $"trained {vocabulary.WordCount} × {vocabulary.Size} words from {Images * Keypoints} descriptors in {seconds:F1} s"));

        var words = new int[Keypoints];
        var bag = new BagOfWords(vocabulary);
        List<double> quantise = [], describe = [];
        for (var round = -Rounds; round < Rounds; round++)
        {
            var image = images[(round + Rounds) % Images];
            var begin = Stopwatch.GetTimestamp();
            vocabulary.Quantise(image.Descriptors, words);
            var middle = Stopwatch.GetTimestamp();
            bag.Describe(image);
            if (round >= 0)
            {
                quantise.Add(Stopwatch.GetElapsedTime(begin, middle).TotalMilliseconds);
                describe.Add(Stopwatch.GetElapsedTime(middle).TotalMilliseconds);
            }
        }

        var (p50, p95) = Percentiles.P50AndP95(quantise);
        var figures = new VocabularyFigures(
            Environment.ProcessorCount, vocabulary.WordCount, vocabulary.Size, seconds, p50, p95, Percentiles.Of(describe, 0.5), vocabulary.Serialize().Length);
        report?.Invoke(FormattableString.Invariant(
            $"quantised {Keypoints} descriptors in {p50:F2} ms (p95 {p95:F2}); described an image in {figures.DescribeP50Ms:F2} ms"));
        return figures;
    }

    /// <summary>Descriptors scattered around shared places: cells of very different sizes, as real ones have.</summary>
    private static SiftFeatures Image(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[20 + (Keypoints * (24 + SiftFeatures.DescriptorSize))];
        using var writer = new BinaryWriter(new MemoryStream(bytes));
        writer.Write("RSFT"u8);
        writer.Write(1);
        writer.Write(640);
        writer.Write(480);
        writer.Write(Keypoints);
        for (var i = 0; i < Keypoints; i++)
        {
            foreach (var value in (ReadOnlySpan<float>)[random.Next(640), random.Next(480), 3, 0, 1])
            {
                writer.Write(value);
            }

            writer.Write(0);
        }

        var row = new byte[SiftFeatures.DescriptorSize];
        for (var i = 0; i < Keypoints; i++)
        {
            var place = new Random((int)Math.Sqrt(random.Next(400_000_000)));
            for (var k = 0; k < row.Length; k++)
            {
                row[k] = (byte)(Math.Abs(place.Next(-60, 90)) + random.Next(12));
            }

            writer.Write(row);
        }

        return SiftFeatures.Parse(bytes);
    }
}

/// <summary>What the benchmark of vocabularies measured.</summary>
internal sealed record VocabularyFigures(
    int Processors, int Words, int VisualWords, double TrainSeconds, double QuantiseP50Ms, double QuantiseP95Ms, double DescribeP50Ms, int Bytes);
