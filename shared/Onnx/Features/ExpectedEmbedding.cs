using System.Buffers.Binary;
using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx;

/// <summary>
/// The mean embedding that a backbone's own weights predict, without any data. (Ours, not from a paper.)
/// </summary>
/// <remarks>
/// BatchNorm gives each channel the deviation |γ| around β over the images the network was trained on. Taking the
/// channel for Gaussian, z ~ N(β, γ²), the mean of its activation over images and positions, which is what global
/// average pooling estimates, is the integral E[a(z)]. Codes of non-negative features need such a centre from the
/// first image on, when there is nothing yet to average.
/// </remarks>
public static class ExpectedEmbedding
{
    // Trapezoids of width 1/16 over ±6 deviations: the error is far below single precision for these smooth integrands.
    private const int StepsPerDeviation = 16;
    private const int Deviations = 6;

    /// <summary>Computes the expected embedding, scaled to length 1.</summary>
    /// <param name="onnxModel">A serialised backbone whose embedding is BatchNorm → (HardSwish | ReLU) → global average pooling.</param>
    /// <param name="embeddingOutput">The output's name.</param>
    /// <returns>D values, or null where the model does not end in that way.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or lack the weights.</exception>
    public static float[]? Compute(ReadOnlyMemory<byte> onnxModel, string embeddingOutput = "embedding")
    {
        GraphProto graph = OnnxGraphEditor.Parse(onnxModel).Graph;
        Dictionary<string, NodeProto> makers = graph.Node
            .SelectMany(node => node.Output, (node, output) => (node, output))
            .ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);

        NodeProto? node = makers.GetValueOrDefault(embeddingOutput);
        while (node?.OpType is "Flatten" or "Reshape" or "Squeeze")
        {
            node = makers.GetValueOrDefault(node.Input[0]);
        }

        if (node?.OpType != "GlobalAveragePool")
        {
            return null;
        }

        NodeProto? activation = makers.GetValueOrDefault(node.Input[0]);
        NodeProto? norm = activation is null ? null : makers.GetValueOrDefault(activation.Input[0]);
        if (activation?.OpType is not ("HardSwish" or "Relu") || norm?.OpType != "BatchNormalization")
        {
            return null;
        }

        float[] scale = Weights(graph, norm.Input[1]);
        float[] shift = Weights(graph, norm.Input[2]);
        bool hardSwish = activation.OpType == "HardSwish";
        var means = new float[scale.Length];
        for (int channel = 0; channel < means.Length; channel++)
        {
            means[channel] = (float)Mean(shift[channel], scale[channel], hardSwish);
        }

        CnnFeatures.Normalise(means);
        return means;
    }

    internal static double Mean(double shift, double scale, bool hardSwish)
    {
        // exp(−t²/2) by its recurrence, in operations that IEEE rounds alike everywhere: the centre becomes part of a
        // content-hashed artifact, and the last digit of a library's exp must not change its version.
        const double RatioStep = 0.99610136947011749; // exp(−h²), h = 1/16
        const double FirstRatio = 0.99804878110747547; // exp(−h²/2)
        double weight = 1, ratio = FirstRatio, total = 1, sum = Activate(shift, hardSwish);
        for (int step = 1; step <= Deviations * StepsPerDeviation; step++)
        {
            weight *= ratio;
            ratio *= RatioStep;
            double distance = scale * step / StepsPerDeviation;
            sum += weight * (Activate(shift + distance, hardSwish) + Activate(shift - distance, hardSwish));
            total += 2 * weight;
        }

        return sum / total;
    }

    private static double Activate(double value, bool hardSwish) =>
        hardSwish ? value * Math.Clamp(value + 3, 0, 6) / 6 : Math.Max(value, 0);

    private static float[] Weights(GraphProto graph, string name)
    {
        TensorProto tensor = graph.Initializer.FirstOrDefault(initializer => initializer.Name == name)
            ?? throw new InvalidDataException($"The model has no weight {name}.");
        if (tensor.DataType != (int)OnnxElementType.Float)
        {
            throw new InvalidDataException($"The model's weight {name} is not of 32-bit floats.");
        }

        if (!tensor.HasRawData)
        {
            return [.. tensor.FloatData];
        }

        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        var values = new float[raw.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(i * sizeof(float))..]);
        }

        return values;
    }
}
