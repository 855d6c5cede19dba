using System.Runtime.InteropServices;

namespace Pipeline.Sift;

/// <summary>The C surface of libpipelinesift.so; see native/pipelinesift.h.</summary>
internal static unsafe partial class NativeMethods
{
    internal const int ErrorBytes = 512;

    private const string Library = "pipelinesift";

    [LibraryImport(Library, EntryPoint = "pipeline_sift_extract")]
    internal static partial int Extract(
        byte* gray, int width, int height, int capacity, double contrastThreshold, double edgeThreshold,
        Keypoint* keypoints, byte* descriptors, int* count, byte* error, int errorSize);

    [LibraryImport(Library, EntryPoint = "pipeline_find_homography")]
    internal static partial int FindHomography(
        float* from, float* to, int count, double threshold, int maxIterations, double confidence,
        double* homography, byte* mask, int* found, byte* error, int errorSize);

    /// <exception cref="SiftException">The result is a failure.</exception>
    internal static void Check(int result, byte* error)
    {
        if (result != 0)
        {
            throw new SiftException(Marshal.PtrToStringUTF8((nint)error) ?? "OpenCV failed.");
        }
    }
}
