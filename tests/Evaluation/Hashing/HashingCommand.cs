using System.Globalization;
using System.Text.Json;
using Pipeline.Hashing.Learning;
using Pipeline.Tests.Support;

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
        var given = new CommandOptions(options, "--data", "--images", "--json", "--plots", "--seeds", "--methods", "--bits");
        var set = given.Find("--data") is { } vectors
            ? VectorSet.FromVectors(vectors)
            : ImageFolders.Extract(given.Find("--images") ?? throw new ArgumentException("--data or --images is missing."));
        var methods = given.Find("--methods")?.Split(',') ?? HashLearners.ReferenceNames;
        var report = HashingQuality.Measure(
            set, methods, given.Positives("--bits", 16, 32, 64, 128), given.Positive("--seeds", 3), result => Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{result.Method} {result.Bits} bits, seed {result.Seed}: mAP {result.Map:P2} → {result.LdphMap:P2}{(result.LdshMap is { } ldsh ? string.Create(CultureInfo.InvariantCulture, $", LDSH {ldsh:P2}") : "")}")));
        HashingTable.Print(report);
        if (given.Find("--json") is { } json)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, Json));
        }

        if (given.Find("--plots") is { } plots)
        {
            HashingPlots.Write(plots, report);
        }

        return 0;
    }
}
