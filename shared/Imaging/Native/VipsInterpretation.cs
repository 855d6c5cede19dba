namespace Pipeline.Imaging.Native;

/// <summary>The values of libvips' VipsInterpretation that are asked for.</summary>
internal enum VipsInterpretation
{
    /// <summary>Grey, gamma-encoded.</summary>
    BlackWhite = 1,

    /// <summary>sRGB, gamma-encoded.</summary>
    Srgb = 22,
}
