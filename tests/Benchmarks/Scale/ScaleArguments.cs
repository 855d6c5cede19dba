using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>The command line of the scale benchmark.</summary>
internal sealed record ScaleArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- scale [options]
          Images a second of one stage with more and more worker processes of one thread each, and the processor time of an
          image; messages a second through an endpoint beside a bare RabbitMQ.Client publisher and consumer of the same
          messages; and, of all services together, processor time and bytes of an image by process and store.
          --images DIR     pictures (default: artifacts/photos, which infra/photos/fetch gathers)
          --service NAME   the stage: SiftExtraction (default) or CnnExtraction
          --workers LIST   processes (default: 1,2,4)
          --count N        pictures of each measurement (default: 120)
          --messages N     messages of each of three rounds (default: 5000); 0 leaves them out
          --json FILE      writes the figures
        """;

    public required string Images { get; init; }

    public required string Service { get; init; }

    public required IReadOnlyList<int> Workers { get; init; }

    public required int Count { get; init; }

    public required int Messages { get; init; }

    public string? Json { get; init; }

    public static ScaleArguments Parse(string[] options)
    {
        var given = new CommandOptions(options, "--images", "--service", "--workers", "--count", "--messages", "--json");
        return new ScaleArguments
        {
            Images = given.Photos("--images"),
            Service = given.Find("--service") switch
            {
                null => "SiftExtraction",
                "SiftExtraction" or "CnnExtraction" => given.Require("--service"),
                var other => throw new ArgumentException($"--service {other} is none that is scaled."),
            },
            Workers = given.Positives("--workers", 1, 2, 4),
            Count = given.Positive("--count", 120),
            Messages = given.Count("--messages", 5000),
            Json = given.Find("--json"),
        };
    }
}
