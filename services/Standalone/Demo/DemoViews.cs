using Pipeline.Imaging;

namespace Pipeline.Standalone.Demo;

/// <summary>The five ways in which a picture comes back to a demo: what people and web sites do to photographs.</summary>
public static class DemoViews
{
    /// <summary>The name of the unchanged picture.</summary>
    public const string Original = "original";

    private const int MaxSide = 1024;

    private static readonly (string Name, ImageView View)[] Views =
    [
        ("crop", new ImageView { Crop = 0.6 }),
        ("rotation", new ImageView { RotationDegrees = 20 }),
        ("scale", new ImageView { Scale = 0.25 }),
        ("brightness", new ImageView { Brightness = 1.6 }),
        ("jpeg", new ImageView { JpegQuality = 8 }),
    ];

    /// <summary>The unchanged picture and its views, by name.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Of(ImageTransforms transforms, byte[] original)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        yield return (Original, original);
        foreach (var (name, view) in Views)
        {
            yield return (name, transforms.Render(original, view, MaxSide));
        }
    }
}
