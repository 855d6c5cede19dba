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

    public required IReadOnlyList<int> Codes { get; init; }

    public required IReadOnlyList<int> Bits { get; init; }

    public required int Real { get; init; }

    /// <summary>Empty where no descriptors are wanted.</summary>
    public required string Images { get; init; }

    public required int Rounds { get; init; }

    public string? Json { get; init; }

    public static HammingArguments Parse(string[] options)
    {
        var given = new CommandOptions(options, "--codes", "--bits", "--real", "--images", "--rounds", "--json");
        var bits = given.Positives("--bits", 64, 128, 256);
        var real = given.Count("--real", 1_000_000);
        return new HammingArguments
        {
            Codes = given.Find("--codes") == "0" ? [] : given.Positives("--codes", 1_000_000, 10_000_000),
            Bits = Array.Find(bits, length => length % 8 != 0) is var odd and not 0 ? throw new ArgumentException($"{odd} bits are no whole bytes.") : bits,
            Real = real,
            Images = real == 0 ? "" : given.Photos("--images"),
            Rounds = given.Positive("--rounds", 7),
            Json = given.Find("--json"),
        };
    }
}
