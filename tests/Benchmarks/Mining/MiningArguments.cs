namespace Pipeline.Tests.Benchmarks;

/// <summary>The command line of the mining benchmark.</summary>
internal sealed record MiningArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- mining --images DIR [options]
          What an arriving image costs: the nearest-neighbour graphs of the embedded index, cnn and sift, and the mining service in all,
          which also verifies the new pairs and stores neighbourhoods in SQLite.
          --images DIR    pictures; their features are resampled with noise where there are too few
          --sizes LIST    images in the index (default: 1000,4000,16000)
          --arrivals N    images that arrive one by one and are measured (default: 200)
          --duplicates N  instead: one image's event is consumed N times over a collection of the first size; nothing may grow or change
          --json FILE     writes the figures
        """;

    public required string Images { get; init; }

    public IReadOnlyList<int> Sizes { get; init; } = [1_000, 4_000, 16_000];

    public int Arrivals { get; init; } = 200;

    public int? Duplicates { get; init; }

    public string? Json { get; init; }

    public static MiningArguments Parse(string[] options)
    {
        var arguments = new MiningArguments { Images = "" };
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            arguments = options[i] switch
            {
                "--images" => arguments with { Images = Path.GetFullPath(value) },
                "--sizes" => arguments with { Sizes = [.. value.Split(',').Select(Numbers.Positive)] },
                "--arrivals" => arguments with { Arrivals = Numbers.Positive(value) },
                "--duplicates" => arguments with { Duplicates = Numbers.Positive(value) },
                "--json" => arguments with { Json = value },
                _ => throw new ArgumentException($"Unknown option {options[i]}."),
            };
        }

        return Directory.Exists(arguments.Images)
            ? arguments
            : throw new ArgumentException(arguments.Images.Length == 0 ? "--images is missing." : $"There is no folder {arguments.Images}.");
    }
}
