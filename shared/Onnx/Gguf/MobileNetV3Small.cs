using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Gguf;

/// <summary>
/// MobileNetV3-Small as torchvision builds and names it, written as an ONNX graph. BatchNorm stays a node of its own,
/// because incremental learning needs its statistics; ONNX Runtime folds it into the convolution when it loads the model.
/// </summary>
internal sealed class MobileNetV3Small(GgufFile weights, OnnxGraphBuilder graph, float batchNormEpsilon)
{
    /// <summary>Index of the last block, <c>features.11</c>; <c>features.0</c> is the stem.</summary>
    public const int LastBlock = 11;

    public const int StemChannels = 16;
    public const int EmbeddingChannels = 576;
    public const int HiddenChannels = 1024;

    // Squeeze sizes are torchvision's: a quarter of the expanded channels, rounded to a multiple of eight.
    public static readonly MobileNetV3Block[] Blocks =
    [
        new(3, 16, 16, 8, false, 2),
        new(3, 72, 24, 0, false, 2),
        new(3, 88, 24, 0, false, 1),
        new(5, 96, 40, 24, true, 2),
        new(5, 240, 40, 64, true, 1),
        new(5, 240, 40, 64, true, 1),
        new(5, 120, 48, 32, true, 1),
        new(5, 144, 48, 40, true, 1),
        new(5, 288, 96, 72, true, 2),
        new(5, 576, 96, 144, true, 1),
        new(5, 576, 96, 144, true, 1),
    ];

    /// <summary>The convolutional part.</summary>
    /// <param name="input">[N, 3, S, S], normalised.</param>
    /// <param name="trunkStage">The stage whose output is named <paramref name="trunkOutput"/>.</param>
    /// <param name="trunkOutput">Name of the trunk's activation.</param>
    /// <returns>The name of the last activation, [N, 576, S/32, S/32].</returns>
    public string Features(string input, int trunkStage, string trunkOutput)
    {
        string x = Activation("HardSwish", ConvolutionNorm("features.0", 0, input, 3, StemChannels, 3, 2, 1), null);
        int channels = StemChannels;
        for (int stage = 1; stage <= Blocks.Length; stage++)
        {
            MobileNetV3Block block = Blocks[stage - 1];
            x = Block($"features.{stage}.block", block, x, channels, stage == trunkStage ? trunkOutput : null);
            channels = block.Output;
        }

        return Activation("HardSwish", ConvolutionNorm("features.12", 0, x, channels, EmbeddingChannels, 1, 1, 1), null);
    }

    /// <summary>The classifier's hidden layer: 576 → 1024, then hard-swish.</summary>
    public string Hidden(string embedding, string output)
    {
        string weight = Weight("classifier.0.weight", HiddenChannels, EmbeddingChannels);
        string bias = Weight("classifier.0.bias", HiddenChannels);
        string linear = graph.Node("Gemm", null, [embedding, weight, bias], OnnxAttribute.Of("transB", 1L));
        return Activation("HardSwish", linear, output);
    }

    private string Block(string name, MobileNetV3Block block, string input, int channels, string? output)
    {
        string activation = block.HardSwish ? "HardSwish" : "Relu";
        string x = input;
        int part = 0;
        if (block.Expanded != channels)
        {
            x = Activation(activation, ConvolutionNorm($"{name}.{part++}", 0, x, channels, block.Expanded, 1, 1, 1), null);
        }

        x = ConvolutionNorm($"{name}.{part++}", 0, x, block.Expanded, block.Expanded, block.Kernel, block.Stride, block.Expanded);
        x = Activation(activation, x, null);
        if (block.Squeeze > 0)
        {
            x = SqueezeExcitation($"{name}.{part++}", x, block.Expanded, block.Squeeze);
        }

        bool residual = block.Stride == 1 && block.Output == channels;
        x = ConvolutionNorm($"{name}.{part}", 0, x, block.Expanded, block.Output, 1, 1, 1, residual ? null : output);
        return residual ? graph.Node("Add", output, [x, input]) : x;
    }

    private string SqueezeExcitation(string name, string input, int channels, int squeeze)
    {
        string x = graph.Node("GlobalAveragePool", null, [input]);
        x = graph.Node("Conv", null, [x, Weight($"{name}.fc1.weight", squeeze, channels, 1, 1), Weight($"{name}.fc1.bias", squeeze)]);
        x = graph.Node("Relu", null, [x]);
        x = graph.Node("Conv", null, [x, Weight($"{name}.fc2.weight", channels, squeeze, 1, 1), Weight($"{name}.fc2.bias", channels)]);
        x = graph.Node("HardSigmoid", null, [x], OnnxAttribute.Of("alpha", 1f / 6f), OnnxAttribute.Of("beta", 0.5f));
        return graph.Node("Mul", null, [x, input]);
    }

    private string ConvolutionNorm(
        string name, int index, string input, int inputs, int outputs, int kernel, int stride, int groups, string? output = null)
    {
        string weight = Weight($"{name}.{index}.weight", outputs, inputs / groups, kernel, kernel);
        long padding = kernel / 2;
        string x = graph.Node(
            "Conv",
            $"{name}.{index}",
            [input, weight],
            OnnxAttribute.Of("group", (long)groups),
            OnnxAttribute.Of("kernel_shape", kernel, (long)kernel),
            OnnxAttribute.Of("pads", padding, padding, padding, padding),
            OnnxAttribute.Of("strides", stride, (long)stride));
        string norm = $"{name}.{index + 1}";
        string[] inputsOfNorm =
        [
            x,
            Weight($"{norm}.weight", outputs),
            Weight($"{norm}.bias", outputs),
            Weight($"{norm}.running_mean", outputs),
            Weight($"{norm}.running_var", outputs),
        ];
        return graph.Node("BatchNormalization", output ?? norm, inputsOfNorm, OnnxAttribute.Of("epsilon", batchNormEpsilon));
    }

    private string Activation(string type, string input, string? output) => graph.Node(type, output, [input]);

    private string Weight(string name, params long[] shape) => graph.Constant(name, weights.Require(name, shape).ToArray(), shape);
}
