using Pipeline.Onnx.Gguf;

namespace Pipeline.Tests.Unit.Onnx;

/// <summary>MobileNetV3-Small in plain loops, straight from the weights: the importer's numbers are held against it.</summary>
internal sealed class ReferenceNetwork(GgufFile weights)
{
    private readonly record struct Map(double[] Values, int Channels, int Side);

    public (double[] Trunk, double[] Embedding, double[] Hidden) Run(float[] planes, int side)
    {
        Map x = HardSwish(Norm(Convolve(new([.. planes.Select(v => (double)v)], 3, side), "features.0.0", 3, 2, 1), "features.0.1"));
        (int Kernel, int Expanded, int Output, bool Squeeze, bool Swish, int Stride)[] rows =
        [
            (3, 16, 16, true, false, 2), (3, 72, 24, false, false, 2), (3, 88, 24, false, false, 1), (5, 96, 40, true, true, 2),
            (5, 240, 40, true, true, 1), (5, 240, 40, true, true, 1), (5, 120, 48, true, true, 1), (5, 144, 48, true, true, 1),
            (5, 288, 96, true, true, 2), (5, 576, 96, true, true, 1), (5, 576, 96, true, true, 1),
        ];
        double[] trunk = [];
        for (int row = 0; row < rows.Length; row++)
        {
            var (kernel, expanded, output, squeeze, swish, stride) = rows[row];
            string name = $"features.{row + 1}.block";
            Map input = x;
            int part = 0;
            if (row > 0)
            {
                x = Activate(Norm(Convolve(x, $"{name}.{part}.0", 1, 1, 1), $"{name}.{part++}.1"), swish);
            }

            x = Activate(Norm(Convolve(x, $"{name}.{part}.0", kernel, stride, expanded), $"{name}.{part++}.1"), swish);
            x = squeeze ? Excite(x, $"{name}.{part++}") : x;
            x = Norm(Convolve(x, $"{name}.{part}.0", 1, 1, 1), $"{name}.{part}.1");
            if (stride == 1 && input.Channels == output)
            {
                x = x with { Values = [.. x.Values.Zip(input.Values, (a, b) => a + b)] };
            }

            trunk = row == 8 ? x.Values : trunk;
        }

        double[] embedding = Pool(HardSwish(Norm(Convolve(x, "features.12.0", 1, 1, 1), "features.12.1")));
        double[] hidden = [.. Dense(embedding, "classifier.0").Select(v => v * Math.Clamp(v + 3, 0, 6) / 6)];
        return (trunk, embedding, hidden);
    }

    private Map Convolve(Map x, string name, int kernel, int stride, int groups)
    {
        float[] w = weights.Tensors[name + ".weight"].ToArray();
        int outputs = (int)weights.Tensors[name + ".weight"].Shape[0];
        int perGroup = x.Channels / groups, side = (x.Side + stride - 1) / stride, pad = kernel / 2;
        var y = new double[outputs * side * side];
        Parallel.For(0, outputs, o =>
        {
            int first = o / (outputs / groups) * perGroup;
            for (int at = 0; at < side * side; at++)
            {
                double sum = 0;
                for (int c = 0; c < perGroup; c++)
                {
                    for (int k = 0; k < kernel * kernel; k++)
                    {
                        int row = (at / side * stride) + (k / kernel) - pad, column = (at % side * stride) + (k % kernel) - pad;
                        if (row >= 0 && row < x.Side && column >= 0 && column < x.Side)
                        {
                            sum += w[(((o * perGroup) + c) * kernel * kernel) + k] * x.Values[((((first + c) * x.Side) + row) * x.Side) + column];
                        }
                    }
                }

                y[(o * side * side) + at] = sum;
            }
        });
        return new(y, outputs, side);
    }

    private Map Norm(Map x, string name)
    {
        float[] scale = Weights(name + ".weight"), shift = Weights(name + ".bias"), mean = Weights(name + ".running_mean"), variance = Weights(name + ".running_var");
        int area = x.Side * x.Side;
        return x with { Values = [.. x.Values.Select((v, i) => (scale[i / area] * (v - mean[i / area]) / Math.Sqrt(variance[i / area] + 1e-3)) + shift[i / area])] };
    }

    private Map Excite(Map x, string name)
    {
        double[] gate = Dense([.. Dense(Pool(x), name + ".fc1").Select(v => Math.Max(v, 0))], name + ".fc2");
        return x with { Values = [.. x.Values.Select((v, i) => v * Math.Clamp(gate[i / (x.Side * x.Side)] + 3, 0, 6) / 6)] };
    }

    private double[] Dense(double[] x, string name)
    {
        float[] w = Weights(name + ".weight");
        return [.. Weights(name + ".bias").Select((b, o) => b + x.Select((v, i) => v * w[(o * x.Length) + i]).Sum())];
    }

    private float[] Weights(string name) => weights.Tensors[name].ToArray();

    private static double[] Pool(Map x) => [.. x.Values.Chunk(x.Side * x.Side).Select(channel => channel.Average())];

    private static Map Activate(Map x, bool swish) => swish ? HardSwish(x) : x with { Values = [.. x.Values.Select(v => Math.Max(v, 0))] };

    private static Map HardSwish(Map x) => x with { Values = [.. x.Values.Select(v => v * Math.Clamp(v + 3, 0, 6) / 6)] };
}
