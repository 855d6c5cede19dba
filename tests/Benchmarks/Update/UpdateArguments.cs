using Pipeline.Onnx;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Update;

/// <summary>Arguments of the benchmark of updates.</summary>
internal sealed record UpdateArguments(string Images, OnnxProvider Provider, string? Json)
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- update [--images DIR] [--provider Auto|Cpu|Cuda] [--json FILE]
          An update on 300 images and 1,000 pairs, a training step beside its forward pass, and re-embedding beside extraction, with the
          pictures in DIR (default: artifacts/photos, which infra/photos/fetch gathers).
        """;

    public static UpdateArguments Parse(string[] options)
    {
        var given = new CommandOptions(options, "--images", "--provider", "--json");
        return new UpdateArguments(given.Photos("--images"), given.OneOf("--provider", OnnxProvider.Auto), given.Find("--json"));
    }
}
