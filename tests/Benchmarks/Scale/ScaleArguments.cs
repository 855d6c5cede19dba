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

    public string Images { get; init; } = Path.Combine(RepositoryRoot.Path, "artifacts", "photos");

    public string Service { get; init; } = "SiftExtraction";

    public IReadOnlyList<int> Workers { get; init; } = [1, 2, 4];

    public int Count { get; init; } = 120;

    public int Messages { get; init; } = 5000;

    public string? Json { get; init; }

    public static ScaleArguments Parse(string[] options)
    {
        var arguments = new ScaleArguments();
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            arguments = options[i] switch
            {
                "--images" => arguments with { Images = Path.GetFullPath(value) },
                "--service" when value is "SiftExtraction" or "CnnExtraction" => arguments with { Service = value },
                "--workers" => arguments with { Workers = [.. value.Split(',').Select(Numbers.Positive)] },
                "--count" => arguments with { Count = Numbers.Positive(value) },
                "--messages" => arguments with { Messages = value == "0" ? 0 : Numbers.Positive(value) },
                "--json" => arguments with { Json = value },
                _ => throw new ArgumentException($"{options[i]} {value} is not understood."),
            };
        }

        return Directory.Exists(arguments.Images)
            ? arguments
            : throw new ArgumentException($"There is no folder {arguments.Images}: give --images, or run infra/photos/fetch.");
    }
}
