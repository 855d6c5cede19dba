using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks;

/// <summary>The command line of the mining benchmark.</summary>
internal sealed record MiningArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- mining [options]
          What an arriving image costs: the nearest-neighbour graphs of the embedded index, cnn and sift, and the mining service in all,
          which also verifies the new pairs and stores neighbourhoods in SQLite.
          --images DIR    pictures (default: artifacts/photos, which infra/photos/fetch gathers); their features are resampled with noise
                          where there are too few
          --sizes LIST    images in the index (default: 1000,4000,16000)
          --arrivals N    images that arrive one by one and are measured (default: 200)
          --duplicates N  instead: one image's event is consumed N times over a collection of the first size; nothing may grow or change
          --json FILE     writes the figures
        """;

    public required string Images { get; init; }

    public required IReadOnlyList<int> Sizes { get; init; }

    public required int Arrivals { get; init; }

    public int? Duplicates { get; init; }

    public string? Json { get; init; }

    public static MiningArguments Parse(string[] options)
    {
        var given = new CommandOptions(options, "--images", "--sizes", "--arrivals", "--duplicates", "--json");
        return new MiningArguments
        {
            Images = given.Photos("--images"),
            Sizes = given.Positives("--sizes", 1_000, 4_000, 16_000),
            Arrivals = given.Positive("--arrivals", 200),
            Duplicates = given.Find("--duplicates") is null ? null : given.Positive("--duplicates", 0),
            Json = given.Find("--json"),
        };
    }
}
