using Onnx;
using Pipeline.Onnx.Gguf;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx;

/// <summary>Finds the backbone's ONNX artifact and verifies it by its hash.</summary>
public static class BackboneArtifact
{
    /// <summary>SHA-256 of the default backbone's ONNX artifact, as the importer makes it.</summary>
    public const string DefaultSha256 = "e390944e38566fb30c97fad40655c4aa9ad1936ebbeebeed7c9aaa9c57bdc669";

    /// <summary>Where the default backbone's weights lie.</summary>
    public static string DefaultWeightsPath { get; } = Path.Combine(AppContext.BaseDirectory, "models", "mobilenetv3-small.gguf");

    /// <summary>Loads the ONNX model that the options name, or imports the default backbone.</summary>
    /// <returns>A serialised ONNX model.</returns>
    /// <exception cref="InvalidDataException">The artifact does not have its recorded hash, or cannot be imported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Load(BackboneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ModelPath is { } model)
        {
            return ModelFiles.ReadVerified(model, options.Sha256);
        }

        string weights = options.WeightsPath ?? DefaultWeightsPath;
        byte[] artifact = GgufImporter.Import(File.ReadAllBytes(weights));
        string? expected = options.Sha256 ?? (options.WeightsPath is null ? DefaultSha256 : null);
        if (expected is not null)
        {
            ModelFiles.Verify(artifact, expected, $"The model imported from {weights}");
        }

        return artifact;
    }

    /// <summary>The embedding's length as the model declares it; null where it leaves the length open.</summary>
    /// <param name="onnxModel">A serialised ONNX model.</param>
    /// <param name="embeddingOutput">The output's name.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or it has no such output.</exception>
    public static int? EmbeddingLength(ReadOnlyMemory<byte> onnxModel, string embeddingOutput = "embedding")
    {
        ValueInfoProto output = OnnxGraphEditor.Parse(onnxModel).Graph.Output.FirstOrDefault(value => value.Name == embeddingOutput)
            ?? throw new InvalidDataException($"The backbone has no output {embeddingOutput}.");
        TensorShapeProto? shape = output.Type?.TensorType?.Shape;
        return shape?.Dim.Count >= 2 && shape.Dim[1].DimValue is > 0 and <= int.MaxValue ? (int)shape.Dim[1].DimValue : null;
    }
}
