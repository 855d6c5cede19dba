namespace Pipeline.Sift;

/// <summary>
/// RootSIFT (Arandjelović and Zisserman, CVPR 2012): a descriptor divided by its L1 norm, then the square root of each value, so
/// that the Euclidean distance compares histograms by the Hellinger kernel. The square roots, whose Euclidean length is 1, are
/// stored as bytes: 512 times the value, rounded, 255 at most. Only a bin with over a quarter of all gradients is clamped.
/// </summary>
public static class RootSift
{
    /// <summary>Euclidean length of a stored descriptor, apart from rounding and clamping.</summary>
    public const int Length = 512;

    /// <summary>Converts SIFT descriptors in place.</summary>
    /// <param name="descriptors">Any number of rows of 128 bytes. A row of zeros stays one.</param>
    /// <exception cref="ArgumentException">The rows are not whole.</exception>
    public static void Convert(Span<byte> descriptors)
    {
        if (descriptors.Length % SiftFeatures.DescriptorSize != 0)
        {
            throw new ArgumentException("Descriptors have 128 bytes each.", nameof(descriptors));
        }

        for (var start = 0; start < descriptors.Length; start += SiftFeatures.DescriptorSize)
        {
            var row = descriptors.Slice(start, SiftFeatures.DescriptorSize);
            var sum = 0;
            foreach (var value in row)
            {
                sum += value;
            }

            if (sum == 0)
            {
                continue;
            }

            for (var i = 0; i < row.Length; i++)
            {
                row[i] = (byte)Math.Min(255, (int)((Length * Math.Sqrt((double)row[i] / sum)) + 0.5));
            }
        }
    }
}
