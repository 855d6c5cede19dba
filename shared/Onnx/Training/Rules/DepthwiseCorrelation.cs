namespace Pipeline.Onnx.Training;

/// <summary>
/// The gradients of a depthwise convolution on small images as matrix products of each channel: pixel p and gradient q
/// belong together by the tap t that brings p to q, if there is one. By the kernel, Xᵀ·Ȳ over all images gives the
/// products of every p with every q, of which each tap's are summed; by the input, ȳ·Tᵀ with T[p, q] = w[t].
/// </summary>
/// <remarks>
/// More is computed than is needed, but without a pass over the images for each tap. Measured on the default tail's
/// shape, 5×5 over 32×576×7×7, on 2 cores: by the kernel 17 ms tap by tap and 4 ms so; by the input 5.4 ms as a
/// convolution, and up to 30 where other processes hold the cores, since each plane is a task of its own.
/// </remarks>
internal static class DepthwiseCorrelation
{
    // Time a number grows with the image here and with the taps there; at this ratio they are about even.
    private const int PixelsPerTap = 8;

    /// <summary>Whether the convolution is of this kind and its images are small enough.</summary>
    public static bool Suits(BackwardNode node, ConvolutionWindow window, ValueShape weight, long groups)
    {
        int[] image = node.ShapeOfInput(0).Sizes[2..], output = node.ShapeOfOutput().Sizes[2..];
        return weight.Sizes[0] == groups && weight.Sizes[1] == 1 && !window.IsPoint
            && image.All(size => size > 0) && output.All(size => size > 0)
            && node.ShapeOfInput(0).Sizes[1] == groups
            && image[0] * image[1] <= PixelsPerTap * window.Kernel.Height * window.Kernel.Width;
    }

    /// <summary>The gradient by the kernel.</summary>
    public static string OfKernel(BackwardNode node, ConvolutionWindow window)
    {
        GraphMath math = node.Math;
        ValueShape image = node.ShapeOfInput(0), output = node.ShapeOfOutput();
        (long channels, long pairs) = (image.Sizes[1], (long)Pixels(image) * Pixels(output));
        string products = math.MatrixProduct(
            math.Transpose(Planes(math, node.Input(0), image), 0, 2, 1), Planes(math, node.Gradient(), output));
        string sums = math.Gemm(math.Reshape(products, channels, pairs), Taps(math, window, image, output));
        return math.Reshape(sums, channels, 1, window.Kernel.Height, window.Kernel.Width);
    }

    /// <summary>The gradient by the input.</summary>
    public static string OfInput(BackwardNode node, ConvolutionWindow window)
    {
        GraphMath math = node.Math;
        ValueShape image = node.ShapeOfInput(0), output = node.ShapeOfOutput();
        (long channels, long taps) = (image.Sizes[1], window.Kernel.Height * window.Kernel.Width);
        string spread = math.Gemm(math.Reshape(node.Input(1), channels, taps), Taps(math, window, image, output), transposeB: true);
        string matrices = math.Transpose(math.Reshape(spread, channels, Pixels(image), Pixels(output)), 0, 2, 1);
        string planes = math.MatrixProduct(Planes(math, node.Gradient(), output), matrices);
        return math.Transpose(math.Reshape(planes, channels, -1, image.Sizes[2], image.Sizes[3]), 1, 0, 2, 3);
    }

    private static int Pixels(ValueShape images) => images.Sizes[2] * images.Sizes[3];

    /// <summary>[N, C, H, W] as [C, N, H·W].</summary>
    private static string Planes(GraphMath math, string images, ValueShape shape) =>
        math.Reshape(math.Transpose(images, 1, 0, 2, 3), 0, -1, Pixels(shape));

    /// <summary>[pixels · gradients, taps]: 1 where the tap brings the pixel to the gradient, 0 elsewhere.</summary>
    private static string Taps(GraphMath math, ConvolutionWindow window, ValueShape image, ValueShape output)
    {
        (int height, int width) = (image.Sizes[2], image.Sizes[3]);
        (int rows, int columns) = (output.Sizes[2], output.Sizes[3]);
        string name = string.Join(
            '/', (object[])["taps", height, width, rows, columns, window.Kernel, string.Join(',', [.. window.Strides, .. window.Dilations, .. window.Pads])]);
        if (math.Graph.Has(name))
        {
            return name;
        }

        int taps = (int)(window.Kernel.Height * window.Kernel.Width);
        var values = new float[height * width * rows * columns * taps];
        for (int gradient = 0; gradient < rows * columns; gradient++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                long row = (gradient / columns * window.Strides[0]) + (tap / window.Kernel.Width * window.Dilations[0]) - window.Pads[0];
                long column = (gradient % columns * window.Strides[1]) + (tap % window.Kernel.Width * window.Dilations[1]) - window.Pads[1];
                if (row >= 0 && row < height && column >= 0 && column < width)
                {
                    values[(((((row * width) + column) * rows * columns) + gradient) * taps) + tap] = 1;
                }
            }
        }

        return math.Graph.Constant(name, values, (long)height * width * rows * columns, taps);
    }
}
