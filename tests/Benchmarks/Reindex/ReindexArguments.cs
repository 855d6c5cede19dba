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

    public string Images { get; init; } = Path.Combine(RepositoryRoot.Path, "artifacts", "photos");

    public int Count { get; init; } = 200;

    public int Stored { get; init; } = 5000;

    public int Rounds { get; init; } = 3;

    public string? Json { get; init; }

    public static ReindexArguments Parse(string[] options)
    {
        var arguments = new ReindexArguments();
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            arguments = options[i] switch
            {
                "--images" => arguments with { Images = Path.GetFullPath(value) },
                "--count" => arguments with { Count = Numbers.Positive(value) },
                "--stored" => arguments with { Stored = Numbers.Positive(value) },
                "--rounds" => arguments with { Rounds = Numbers.Positive(value) },
                "--json" => arguments with { Json = value },
                _ => throw new ArgumentException($"Unknown option {options[i]}."),
            };
        }

        return Directory.Exists(arguments.Images) ? arguments : throw new ArgumentException($"There is no folder {arguments.Images}.");
    }
}
