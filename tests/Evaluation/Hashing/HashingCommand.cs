using System.Globalization;
using System.Text.Json;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>The command <c>hashing</c>.</summary>
internal static class HashingCommand
{
    public const string Usage = """
        dotnet run -c Release --project tests/Evaluation -- hashing --data DIR [--json FILE] [--plots DIR] [--seeds 3] [--methods lsh,itq] [--bits 16,32,64,128]
            DIR holds base.bvecs, query.bvecs and groundtruth.ivecs. --images DIR instead: folders are classes, in train/ and
            test/ or, without these, every fifth picture of each asks for the others; LDSH, which learns from the folders, is
            measured as well.
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] options)
    {
        VectorSet? set = null;
        string? json = null, plots = null;
        var seeds = 3;
        IReadOnlyList<string> methods = HashLearners.ReferenceNames;
        int[] lengths = [16, 32, 64, 128];
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            switch (options[i])
            {
                case "--data":
                    set = VectorSet.FromVectors(value);
                    break;
                case "--images":
                    set = ImageFolders.Extract(value);
                    break;
                case "--plots":
                    plots = value;
                    break;
                case "--json":
                    json = value;
                    break;
                case "--seeds" when int.TryParse(value, out seeds) && seeds > 0:
                    break;
                case "--methods":
                    methods = value.Split(',');
                    break;
                case "--bits":
                    lengths = [.. value.Split(',').Select(length => int.TryParse(length, out var bits)
                        ? bits
                        : throw new ArgumentException($"{length} is no number of bits."))];
                    break;
                default:
                    throw new ArgumentException($"{options[i]} {value} is not understood.");
            }
        }

        var report = HashingQuality.Measure(
            set ?? throw new ArgumentException("--data or --images is missing."), methods, lengths, seeds, result => Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{result.Method} {result.Bits} bits, seed {result.Seed}: mAP {result.Map:P2} → {result.LdphMap:P2}{(result.LdshMap is { } ldsh ? string.Create(CultureInfo.InvariantCulture, $", LDSH {ldsh:P2}") : "")}")));
        HashingTable.Print(report);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, Json));
        }

        if (plots is not null)
        {
            HashingPlots.Write(plots, report);
        }

        return 0;
    }
}
