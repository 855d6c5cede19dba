namespace Pipeline.Sift;

/// <summary>Finds the strongest SIFT keypoints and describes them by RootSIFT. The same pixels give the same features, bit for bit.</summary>
/// <remarks>Thread-safe; a call works on the caller's thread alone.</remarks>
/// <param name="options">How many, and what counts as a keypoint.</param>
public sealed class SiftExtractor(SiftOptions options)
{
    /// <summary>An image with a shorter side has no room for a descriptor.</summary>
    private const int SmallestSide = 8;

    /// <summary>Extracts.</summary>
    /// <param name="gray">Luma, row by row, <c>width × height</c> bytes; not scaled here, see <see cref="SiftOptions.MaxSide"/>.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <returns>The features, none for a flat or tiny image.</returns>
    /// <exception cref="ArgumentException">The number of bytes does not fit the shape.</exception>
    /// <exception cref="SiftException">OpenCV ran out of memory.</exception>
    public unsafe SiftFeatures Extract(ReadOnlySpan<byte> gray, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (gray.Length != (long)width * height)
        {
            throw new ArgumentException($"{gray.Length} bytes are no {width}×{height} pixels.", nameof(gray));
        }

        if (Math.Min(width, height) < SmallestSide)
        {
            return new SiftFeatures([], [], width, height);
        }

        var capacity = options.MaxKeypoints;
        var keypoints = new Keypoint[capacity];
        var descriptors = new byte[capacity * SiftFeatures.DescriptorSize];
        int count;
        fixed (byte* pixels = gray)
        fixed (Keypoint* points = keypoints)
        fixed (byte* rows = descriptors)
        {
            var error = stackalloc byte[NativeMethods.ErrorBytes];
            NativeMethods.Check(
                NativeMethods.Extract(
                    pixels, width, height, capacity, options.ContrastThreshold, options.EdgeThreshold, points, rows, &count, error, NativeMethods.ErrorBytes),
                error);
        }

        if (count < capacity)
        {
            Array.Resize(ref keypoints, count);
            Array.Resize(ref descriptors, count * SiftFeatures.DescriptorSize);
        }

        RootSift.Convert(descriptors);
        return new SiftFeatures(keypoints, descriptors, width, height);
    }
}
