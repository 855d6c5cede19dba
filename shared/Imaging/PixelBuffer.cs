using System.Buffers;

namespace Pipeline.Imaging;

/// <summary>8-bit pixels, channels interleaved, rows from top to bottom without padding, in pooled memory.</summary>
/// <remarks>Not thread-safe. Spans taken from it end with <see cref="Dispose"/>.</remarks>
public sealed class PixelBuffer : IDisposable
{
    private byte[]? _pixels;

    private PixelBuffer(byte[] pixels, int width, int height, int channels)
    {
        _pixels = pixels;
        Width = width;
        Height = height;
        Channels = channels;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 (luma), 3 (RGB) or 4 (RGBA) bytes a pixel.</summary>
    public int Channels { get; }

    /// <summary>All pixels, <c>Height × Width × Channels</c> bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public ReadOnlySpan<byte> Pixels => Memory.Span;

    /// <summary>The same as <see cref="Pixels"/>, to hand on; valid until the buffer is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pixels is null, this);
            return _pixels.AsMemory(0, Width * Height * Channels);
        }
    }

    /// <summary>Copies pixels into a new buffer.</summary>
    /// <param name="pixels">Exactly <c>height × width × channels</c> bytes.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1, 3 or 4.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the shape.</exception>
    public static PixelBuffer From(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        var buffer = Allocate(width, height, channels);
        if (pixels.Length != buffer.Memory.Length)
        {
            buffer.Dispose();
            throw new ArgumentException($"{pixels.Length} bytes are no {width}×{height}×{channels} pixels.", nameof(pixels));
        }

        pixels.CopyTo(buffer.Memory.Span);
        return buffer;
    }

    /// <summary>Gives the memory back to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pixels, null) is { } pixels)
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>A buffer whose pixels the caller sets, every one of them.</summary>
    internal static PixelBuffer Allocate(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3 or 4))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "1, 3 or 4 channels.");
        }

        return new PixelBuffer(ArrayPool<byte>.Shared.Rent(checked(width * height * channels)), width, height, channels);
    }
}
