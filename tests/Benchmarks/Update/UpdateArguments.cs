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
        var result = new UpdateArguments(Path.Combine(RepositoryRoot.Path, "artifacts", "photos"), OnnxProvider.Auto, null);
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
            result = options[i] switch
            {
                "--images" => result with { Images = Path.GetFullPath(value) },
                "--provider" when Enum.TryParse<OnnxProvider>(value, ignoreCase: true, out var provider) => result with { Provider = provider },
                "--json" => result with { Json = value },
                _ => throw new ArgumentException($"{options[i]} {value} is not understood."),
            };
        }

        return Directory.Exists(result.Images)
            ? result
            : throw new ArgumentException($"There is no folder {result.Images}: give --images, or run infra/photos/fetch.");
    }
}
