namespace Pipeline.Tests.Benchmarks;

/// <summary>The command line of the pipeline benchmark.</summary>
internal sealed record PipelineArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- pipeline --images DIR [options]
          Images a second of a bare loop over decoder, SIFT, CNN and hash code, of Standalone, and of the services as
          processes of their own on RabbitMQ and Redis; all on the same pictures, in the same run, taking turns.
          --images DIR    pictures; repeated with other bytes and the same pixels where there are too few
          --count N       pictures a round and contender (default: 300)
          --rounds N      rounds, of which the median counts (default: 3)
          --warm-up N     pictures before the first round (default: 240)
          --only NAMES    of bareLoop,standalone,processes (default: all)
          --json FILE     writes the figures
        """;

    public required string Images { get; init; }

    public int Count { get; init; } = 300;

    public int Rounds { get; init; } = 3;

    public int WarmUp { get; init; } = 240;

    public IReadOnlyList<string> Only { get; init; } = [BareLoop.Title, StandaloneContender.Title, ProcessesContender.Title];

    public string? Json { get; init; }

    public static PipelineArguments Parse(string[] options)
    {
        var arguments = new PipelineArguments { Images = "" };
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            arguments = options[i] switch
            {
                "--images" => arguments with { Images = Path.GetFullPath(value) },
                "--count" => arguments with { Count = Numbers.Positive(value) },
                "--rounds" => arguments with { Rounds = Numbers.Positive(value) },
                "--warm-up" => arguments with { WarmUp = Numbers.Positive(value) },
                "--only" => arguments with { Only = Names(value) },
                "--json" => arguments with { Json = value },
                _ => throw new ArgumentException($"Unknown option {options[i]}."),
            };
        }

        return Directory.Exists(arguments.Images)
            ? arguments
            : throw new ArgumentException(arguments.Images.Length == 0 ? "--images is missing." : $"There is no folder {arguments.Images}.");
    }

    private static string[] Names(string list)
    {
        var names = list.Split(',');
        var unknown = names.Except([BareLoop.Title, StandaloneContender.Title, ProcessesContender.Title]).FirstOrDefault();
        return unknown is null ? names : throw new ArgumentException($"There is no contender {unknown}.");
    }
}
