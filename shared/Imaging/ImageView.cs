namespace Pipeline.Imaging;

/// <summary>A changed view of an image, as a second photograph or a copy on the web might be. Applied in the order of the properties.</summary>
public sealed record ImageView
{
    /// <summary>The part of each side that is kept, about the centre, in (0, 1].</summary>
    public double Crop { get; init; } = 1;

    /// <summary>Rotation anticlockwise, in degrees. The frame grows to hold the whole image; the corners are mid-grey.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Scale of both sides, in (0, 8].</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Factor on all values, clamped at white, in (0, 16].</summary>
    public double Brightness { get; init; } = 1;

    /// <summary>JPEG quality of the result, 1..100.</summary>
    public int JpegQuality { get; init; } = 92;
}
