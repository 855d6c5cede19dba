using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>How a two-dimensional window moves over an image.</summary>
/// <param name="Kernel">Its height and width.</param>
/// <param name="Strides">Steps down and to the right.</param>
/// <param name="Dilations">Distances of neighbouring taps.</param>
/// <param name="Pads">Zeros around the image: top, left, bottom, right.</param>
internal sealed record ConvolutionWindow((long Height, long Width) Kernel, long[] Strides, long[] Dilations, long[] Pads)
{
    /// <summary>Height and width from the first to the last tap.</summary>
    public (long Height, long Width) Extent => ((Dilations[0] * (Kernel.Height - 1)) + 1, (Dilations[1] * (Kernel.Width - 1)) + 1);

    /// <summary>Whether it is a single tap that visits every pixel once.</summary>
    public bool IsPoint => Kernel == (1, 1) && Strides is [1, 1] && Pads.All(pad => pad == 0);

    /// <summary>Reads the attributes that convolutions and pools share.</summary>
    public static ConvolutionWindow Of(BackwardNode node, long[] kernel)
    {
        if (kernel.Length != 2)
        {
            throw node.Unsupported("only two spatial axes are supported");
        }

        if (node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID"))
        {
            throw node.Unsupported("auto_pad is not supported, write the pads out");
        }

        return new ConvolutionWindow(
            (kernel[0], kernel[1]), node.Ints("strides", 1, 1), node.Ints("dilations", 1, 1), node.Ints("pads", 0, 0, 0, 0));
    }

    /// <summary>
    /// The gradient of a convolution by its input: the transposed convolution of the output's gradient, cut to the
    /// input's size.
    /// </summary>
    /// <param name="math">Where it is written.</param>
    /// <param name="gradient">The output's gradient.</param>
    /// <param name="weight">The kernel as the convolution has it.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The output's shape.</param>
    /// <param name="inputValue">The input, for its size where the shape leaves it free.</param>
    /// <param name="groups">Groups of channels.</param>
    public string Transposed(
        GraphMath math, string gradient, string weight, ValueShape input, ValueShape output, string inputValue, long groups)
    {
        List<OnnxAttribute> attributes =
        [
            OnnxAttribute.Of("kernel_shape", Kernel.Height, Kernel.Width),
            OnnxAttribute.Of("strides", Strides),
            OnnxAttribute.Of("dilations", Dilations),
            OnnxAttribute.Of("group", groups),
        ];
        (int[] from, int[] to) = (input.Sizes[2..], output.Sizes[2..]);
        if (from.All(size => size > 0) && to.All(size => size > 0))
        {
            attributes.Add(OnnxAttribute.Of("pads", Pads));
            attributes.Add(OnnxAttribute.Of(
                "output_padding",
                Unvisited(from[0], to[0], 0, Extent.Height),
                Unvisited(from[1], to[1], 1, Extent.Width)));
            return math.Graph.Node("ConvTranspose", null, [gradient, weight], [.. attributes]);
        }

        // The size is known only when it runs: all rows that windows may reach, then those that the image has.
        attributes.Add(OnnxAttribute.Of("output_padding", Strides[0] - 1, Strides[1] - 1));
        string padded = math.Graph.Node("ConvTranspose", null, [gradient, weight], [.. attributes]);
        string start = math.Integers(Pads[0], Pads[1]);
        string end = math.Node("Add", math.Shape(inputValue, 2), start);
        return math.Node("Slice", padded, start, end, math.Integers(2, 3));
    }

    /// <summary>Rows below the last window's last one, which no window reads.</summary>
    private long Unvisited(long from, long to, int axis, long extent) =>
        from + Pads[axis] + Pads[axis + 2] - (((to - 1) * Strides[axis]) + extent);
}
