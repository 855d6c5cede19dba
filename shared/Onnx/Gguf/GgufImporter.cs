using System.Globalization;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Gguf;

/// <summary>
/// Turns the GGUF weights of a MobileNetV3-Small (torchvision's names and layout) into an ONNX model. The import is
/// reproducible bit for bit: 16-bit weights widen exactly, and nodes are written in a fixed order.
/// </summary>
/// <remarks>
/// The model reads <c>input</c>, float [N, 3, S, S], and gives <c>trunk</c> (the activation that the trainable tail
/// starts from), <c>embedding</c> [N, 576] (globally pooled, not normalised) and <c>fc1024</c> [N, 1024] (the
/// classifier's hidden layer after its activation). The three-class layer of the file is left out.
/// </remarks>
public static class GgufImporter
{
    /// <summary>
    /// The stage whose output is the trunk's activation unless another is asked for: <c>features.9</c>, which brings
    /// 224×224 down to [96, 7, 7]. The tail that may be trained is then the whole 7×7 stage, <c>features.10</c> to <c>12</c>.
    /// </summary>
    public const int DefaultTrunkStage = 9;

    /// <summary>Imports the file.</summary>
    /// <param name="gguf">The file's bytes.</param>
    /// <param name="trunkStage">1 to 11: the block whose output becomes <c>trunk</c>.</param>
    /// <returns>A serialised ONNX model, IR 8, opset 17.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or holds another network.</exception>
    public static byte[] Import(ReadOnlyMemory<byte> gguf, int trunkStage = DefaultTrunkStage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trunkStage, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trunkStage, MobileNetV3Small.LastBlock);
        GgufFile file = GgufFile.Parse(gguf);
        string architecture = Metadata<string>(file, "general.architecture");
        if (architecture != "mobilenetv3-small")
        {
            throw new InvalidDataException($"The GGUF file holds a {architecture}, not a mobilenetv3-small.");
        }

        int size = checked((int)Metadata<uint>(file, "mobilenet.image_size"));
        var graph = new OnnxGraphBuilder("mobilenetv3_small");
        var network = new MobileNetV3Small(file, graph, Metadata<float>(file, "mobilenet.bn_eps"));

        string input = graph.Input("input", OnnxElementType.Float, "N", 3, size, size);
        string last = network.Features(input, trunkStage, "trunk");
        string pooled = graph.Node("GlobalAveragePool", null, [last]);
        string embedding = graph.Node("Flatten", "embedding", [pooled], OnnxAttribute.Of("axis", 1L));
        string hidden = network.Hidden(embedding, "fc1024");

        int reduction = 2;
        for (int stage = 1; stage <= trunkStage; stage++)
        {
            reduction *= MobileNetV3Small.Blocks[stage - 1].Stride;
        }

        int side = (size + reduction - 1) / reduction;
        graph.Output("trunk", OnnxElementType.Float, "N", MobileNetV3Small.Blocks[trunkStage - 1].Output, side, side);
        graph.Output(embedding, OnnxElementType.Float, "N", MobileNetV3Small.EmbeddingChannels);
        graph.Output(hidden, OnnxElementType.Float, "N", MobileNetV3Small.HiddenChannels);
        graph.Metadata("architecture", architecture);
        graph.Metadata("trunk_stage", trunkStage.ToString(CultureInfo.InvariantCulture));
        return graph.Build();
    }

    private static T Metadata<T>(GgufFile file, string key) =>
        file.Metadata.TryGetValue(key, out object? value) && value is T typed
            ? typed
            : throw new InvalidDataException($"The GGUF file states no {key}.");
}
