using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Onnx;

/// <summary>
/// Turns interleaved 8-bit RGB into normalised planes: (x/255 − mean)/deviation, computed as x·scale + offset. The
/// vector path and the scalar path round alike, so both give the same bits.
/// </summary>
internal sealed class PixelNormalisation
{
    // Bytes of one channel out of three 16-byte loads; indexes beyond 15 give zero, so that the parts can be or-ed.
    private static readonly Vector128<byte>[] Shuffles = MakeShuffles();

    private readonly float[] _scale = new float[3];
    private readonly float[] _offset = new float[3];

    public PixelNormalisation(IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            _scale[channel] = (float)(1.0 / (255.0 * deviation[channel]));
            _offset[channel] = (float)(-(double)mean[channel] / deviation[channel]);
        }
    }

    /// <summary>Fills three planes from one image.</summary>
    /// <param name="rgb">3·P bytes, red first.</param>
    /// <param name="planes">3·P floats: all red, all green, all blue.</param>
    public void Apply(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        int pixels = rgb.Length / 3;
        int done = Vector128.IsHardwareAccelerated ? ApplyVectors(rgb, planes, pixels) : 0;
        ApplyScalar(rgb, planes, pixels, done);
    }

    internal void ApplyScalar(ReadOnlySpan<byte> rgb, Span<float> planes, int pixels, int from)
    {
        for (int pixel = from; pixel < pixels; pixel++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                planes[(channel * pixels) + pixel] = (rgb[(3 * pixel) + channel] * _scale[channel]) + _offset[channel];
            }
        }
    }

    private int ApplyVectors(ReadOnlySpan<byte> rgb, Span<float> planes, int pixels)
    {
        ref byte source = ref MemoryMarshal.GetReference(rgb);
        int pixel = 0;
        for (; pixel + 16 <= pixels; pixel += 16)
        {
            nuint at = (nuint)(3 * pixel);
            Vector128<byte> first = Vector128.LoadUnsafe(ref source, at);
            Vector128<byte> second = Vector128.LoadUnsafe(ref source, at + 16);
            Vector128<byte> third = Vector128.LoadUnsafe(ref source, at + 32);
            for (int channel = 0; channel < 3; channel++)
            {
                Vector128<byte> values = Vector128.Shuffle(first, Shuffles[3 * channel])
                    | Vector128.Shuffle(second, Shuffles[(3 * channel) + 1])
                    | Vector128.Shuffle(third, Shuffles[(3 * channel) + 2]);
                Store(values, _scale[channel], _offset[channel], planes.Slice((channel * pixels) + pixel, 16));
            }
        }

        return pixel;
    }

    private static void Store(Vector128<byte> values, float scale, float offset, Span<float> destination)
    {
        Vector512<int> wide = Vector512.WidenLower(Vector512.WidenLower(values.ToVector256Unsafe().ToVector512Unsafe())).AsInt32();
        ((Vector512.ConvertToSingle(wide) * scale) + Vector512.Create(offset)).CopyTo(destination);
    }

    private static Vector128<byte>[] MakeShuffles()
    {
        var shuffles = new Vector128<byte>[9];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int part = 0; part < 3; part++)
            {
                var indexes = new byte[16];
                for (int pixel = 0; pixel < 16; pixel++)
                {
                    int index = (3 * pixel) + channel - (16 * part);
                    indexes[pixel] = index is >= 0 and < 16 ? (byte)index : (byte)0xFF;
                }

                shuffles[(3 * channel) + part] = Vector128.Create(indexes);
            }
        }

        return shuffles;
    }
}
