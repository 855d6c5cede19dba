using System.Buffers;
using System.Runtime.InteropServices;

namespace Pipeline.Imaging.Native;

/// <summary>A reference to a VipsImage. Lazy: pixels are computed when the image is written somewhere.</summary>
internal sealed unsafe class VipsImage : SafeHandle
{
    private const int FormatUchar = 0;

    internal VipsImage(nint handle)
        : base(0, ownsHandle: true) => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    internal int Width => NativeMethods.Width(this);

    internal int Height => NativeMethods.Height(this);

    internal int Bands => NativeMethods.Bands(this);

    internal bool IsBytes => NativeMethods.Format(this) == FormatUchar;

    internal VipsInterpretation Interpretation => (VipsInterpretation)NativeMethods.Interpretation(this);

    internal bool HasAlpha => NativeMethods.HasAlpha(this) != 0;

    /// <summary>Whether an ICC profile is embedded.</summary>
    internal bool HasProfile => NativeMethods.MetadataType(this, "icc-profile-data") != 0;

    /// <summary>The EXIF orientation, 1..8.</summary>
    internal int Orientation => NativeMethods.Orientation(this);

    /// <summary>An image over 8-bit interleaved pixels, which must stay pinned for as long as the image lives.</summary>
    internal static VipsImage OverMemory(MemoryHandle pixels, int width, int height, int bands)
    {
        VipsRuntime.EnsureStarted();
        var image = NativeMethods.NewImageFromMemory(pixels.Pointer, (nuint)width * (nuint)height * (nuint)bands, width, height, bands, FormatUchar);
        return image == 0 ? throw new VipsException("image", VipsRuntime.TakeError()) : new VipsImage(image);
    }

    /// <summary>An integer from the metadata, or null where there is none.</summary>
    internal int? FindInt(string name)
    {
        int value;
        return NativeMethods.MetadataType(this, name) != 0 && NativeMethods.GetInt(this, name, &value) == 0 ? value : null;
    }

    /// <summary>A string from the metadata, or null where there is none.</summary>
    internal string? FindString(string name)
    {
        byte* value;
        return NativeMethods.MetadataType(this, name) != 0 && NativeMethods.GetString(this, name, &value) == 0
            ? Marshal.PtrToStringUTF8((nint)value)
            : null;
    }

    /// <summary>Computes all pixels and hands them over, row by row without padding, together with the native memory they lie in.</summary>
    /// <exception cref="VipsException">The pixels cannot be computed: the source is corrupt.</exception>
    internal VipsMemory ToMemory()
    {
        nuint size;
        var pixels = NativeMethods.WriteToMemory(this, &size);
        return pixels == null ? throw new VipsException("decode", VipsRuntime.TakeError()) : new VipsMemory(pixels, checked((int)size));
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.Unref(handle);
        return true;
    }
}
