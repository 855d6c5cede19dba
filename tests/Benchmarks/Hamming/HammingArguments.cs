using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks;

/// <summary>The command line of the Hamming benchmark.</summary>
internal sealed record HammingArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- hamming [options]
          Exact search among binary codes: a scan beside faiss (Debian's python3-faiss) and the memory's bandwidth, and
          multi-index hashing beside the scan on codes of real SIFT descriptors.
          --codes LIST    numbers of codes scanned (default: 1000000,10000000); 0: none
          --bits LIST     their lengths, multiples of 8 (default: 64,128,256)
          --real N        codes of descriptors (default: 1000000); 0 leaves that part out
          --images DIR    where the descriptors come from (default: artifacts/photos, which infra/photos/fetch gathers)
          --rounds N      rounds, of which medians are taken (default: 7)
          --json FILE     writes the figures
        """;

    public IReadOnlyList<int> Codes { get; init; } = [1_000_000, 10_000_000];

    public IReadOnlyList<int> Bits { get; init; } = [64, 128, 256];

    public int Real { get; init; } = 1_000_000;

    public string Images { get; init; } = Path.Combine(RepositoryRoot.Path, "artifacts", "photos");

    public int Rounds { get; init; } = 7;

    public string? Json { get; init; }

    public static HammingArguments Parse(string[] options)
    {
        var arguments = new HammingArguments();
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            arguments = options[i] switch
            {
                "--codes" => arguments with { Codes = value == "0" ? [] : [.. value.Split(',').Select(Numbers.Positive)] },
                "--bits" => arguments with { Bits = [.. value.Split(',').Select(Numbers.Positive)] },
                "--real" => arguments with { Real = value == "0" ? 0 : Numbers.Positive(value) },
                "--images" => arguments with { Images = Path.GetFullPath(value) },
                "--rounds" => arguments with { Rounds = Numbers.Positive(value) },
                "--json" => arguments with { Json = value },
                _ => throw new ArgumentException($"Unknown option {options[i]}."),
            };
        }

        if (arguments.Bits.FirstOrDefault(bits => bits % 8 != 0) is var odd and not 0)
        {
            throw new ArgumentException($"{odd} bits are no whole bytes.");
        }

        return arguments.Real == 0 || Directory.Exists(arguments.Images)
            ? arguments
            : throw new ArgumentException($"There is no folder {arguments.Images}: give --images, run infra/photos/fetch, or give --real 0.");
    }
}
