using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks;

/// <summary>The command line of the pipeline benchmark.</summary>
internal sealed record PipelineArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- pipeline [options]
          Images a second of a bare loop over decoder, SIFT, CNN and hash code, of Standalone, and of the services as
          processes of their own on RabbitMQ and Redis; all on the same pictures, in the same run, taking turns.
          --images DIR    pictures (default: artifacts/photos, which infra/photos/fetch gathers); repeated with other bytes and the same
                          pixels where there are too few
          --count N       pictures a round and contender (default: 300)
          --rounds N      rounds, of which the median counts (default: 3)
          --warm-up N     pictures before the first round (default: 240)
          --only NAMES    of bareLoop,standalone,processes (default: all)
          --json FILE     writes the figures
        """;

    private static readonly string[] Contenders = [BareLoop.Title, StandaloneContender.Title, ProcessesContender.Title];

    public required string Images { get; init; }

    public required int Count { get; init; }

    public required int Rounds { get; init; }

    public required int WarmUp { get; init; }

    public required IReadOnlyList<string> Only { get; init; }

    public string? Json { get; init; }

    public static PipelineArguments Parse(string[] options)
    {
        var given = new CommandOptions(options, "--images", "--count", "--rounds", "--warm-up", "--only", "--json");
        return new PipelineArguments
        {
            Images = given.Photos("--images"),
            Count = given.Positive("--count", 300),
            Rounds = given.Positive("--rounds", 3),
            WarmUp = given.Positive("--warm-up", 240),
            Only = given.Find("--only") is { } names ? Known(names.Split(',')) : Contenders,
            Json = given.Find("--json"),
        };
    }

    private static string[] Known(string[] names) => names.Except(Contenders).FirstOrDefault() is { } unknown
        ? throw new ArgumentException($"There is no contender {unknown}.")
        : names;
}
