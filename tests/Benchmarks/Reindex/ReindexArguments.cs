using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Reindex;

/// <summary>The command line of the re-index benchmark.</summary>
internal sealed record ReindexArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- reindex [--images DIR] [--count 200] [--stored 5000] [--rounds 3] [--json FILE]
          Images a second of a re-index from stored features (same versions, and another encoder) beside extraction from the
          pictures in DIR (default: those that infra/photos/fetch gathered, artifacts/photos), and what live uploads and
          searches notice of one; in a Standalone on the embedded defaults.
          --count N     pictures that are uploaded in each round
          --stored N    further images, of which only features are stored
        """;

    public required string Images { get; init; }

    public required int Count { get; init; }

    public required int Stored { get; init; }

    public required int Rounds { get; init; }

    public string? Json { get; init; }

    public static ReindexArguments Parse(string[] options)
    {
        var given = new CommandOptions(options, "--images", "--count", "--stored", "--rounds", "--json");
        return new ReindexArguments
        {
            Images = given.Photos("--images"),
            Count = given.Positive("--count", 200),
            Stored = given.Positive("--stored", 5000),
            Rounds = given.Positive("--rounds", 3),
            Json = given.Find("--json"),
        };
    }
}
