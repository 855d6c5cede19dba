namespace Pipeline.Imaging;

/// <summary>Rec. 601 luma of gamma-encoded RGB.</summary>
internal static class Luma
{
    // 0.299, 0.587, 0.114 in 1/65536; they add up to exactly one, so white stays 255 and a grey keeps its value.
    private const int Red = 19595;
    private const int Green = 38470;
    private const int Blue = 7471;

    internal static PixelBuffer FromRgb(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var buffer = PixelBuffer.Allocate(width, height, 1);
        var luma = buffer.Memory.Span;
        for (int i = 0, j = 0; i < luma.Length; i++, j += 3)
        {
            luma[i] = (byte)(((Red * rgb[j]) + (Green * rgb[j + 1]) + (Blue * rgb[j + 2]) + 32768) >> 16);
        }

        return buffer;
    }
}
