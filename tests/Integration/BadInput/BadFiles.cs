using System.Security.Cryptography;
using Pipeline.Contracts;
using Pipeline.Imaging;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Unit.Imaging;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Files that are uploaded as pictures, by what is odd about them.</summary>
internal static class BadFiles
{
    /// <summary>What must be refused, and why.</summary>
    public static readonly IReadOnlyDictionary<string, (string Reason, Func<byte[]> Make)> Refused = new Dictionary<string, (string, Func<byte[]>)>
    {
        ["empty"] = (RejectionReasons.EmptyFile, () => []),
        ["text"] = (RejectionReasons.UnsupportedFormat, () => "This is not a picture, whatever its name says."u8.ToArray()),
        ["svg"] = (RejectionReasons.UnsupportedFormat, () => "<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'><rect width='9' height='9'/></svg>"u8.ToArray()),
        ["svg with a prolog"] = (RejectionReasons.UnsupportedFormat, () => "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>"u8.ToArray()),
        ["one pixel"] = (RejectionReasons.TooSmall, () => TestImages.FlatPng(1, 1)),
        ["bomb"] = (RejectionReasons.TooManyPixels, () => TestImages.FlatPng(20_000, 20_000)),
        ["truncated jpeg"] = (RejectionReasons.CorruptImage, Truncated),
        ["jpeg header alone"] = (RejectionReasons.CorruptImage, () => TestImages.Encoded(ImageFormat.Jpeg)[..12]),
    };

    /// <summary>What must be taken in, as which format.</summary>
    public static readonly IReadOnlyDictionary<string, (string Format, Func<byte[]> Make)> Accepted = new Dictionary<string, (string, Func<byte[]>)>
    {
        ["animated gif"] = ("gif", Pictures.AnimatedGif),
        ["cmyk jpeg"] = ("jpeg", Pictures.CmykJpeg),
        ["16-bit png"] = ("png", Pictures.SixteenBitPng),
        ["grey png"] = ("png", Pictures.GreyPng),
        ["exif-rotated jpeg"] = ("jpeg", () => TestImages.Oriented(6)),
        ["heic"] = ("heic", () => TestImages.Encoded(ImageFormat.Heic)),
        ["avif"] = ("avif", () => TestImages.Encoded(ImageFormat.Avif)),
        ["webp"] = ("webp", () => TestImages.Encoded(ImageFormat.WebP)),
        ["tiff"] = ("tiff", () => TestImages.Encoded(ImageFormat.Tiff)),
    };

    /// <summary>A JPEG whose header is good and whose last third is missing.</summary>
    public static byte[] Truncated()
    {
        using var noise = TestImages.Noise(160, 120);
        var jpeg = ImageEncoder.EncodeJpeg(noise);
        return jpeg[..(jpeg.Length * 2 / 3)];
    }

    /// <summary>
    /// A TIFF whose header promises colour (photometric interpretation RGB) and whose pixels have one channel. As colour, its one
    /// channel can be spread over three; as luma, two channels are missing: SIFT's branch refuses it, the CNN's does not.
    /// </summary>
    public static byte[] HalfReadableTiff()
    {
        const int Width = 64, Height = 48, Tags = 9, Pixels = 8 + 2 + (Tags * 12) + 4;
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((ushort)Tags);
        foreach (var (tag, value) in ((ushort, int)[])
            [(256, Width), (257, Height), (258, 8), (259, 1), (262, 2), (273, Pixels), (277, 1), (278, Height), (279, Width * Height)])
        {
            writer.Write(tag);
            writer.Write((ushort)4);
            writer.Write(1);
            writer.Write(value);
        }

        writer.Write(0);
        writer.Write(RandomNumberGenerator.GetBytes(Width * Height));
        writer.Flush();
        return file.ToArray();
    }
}
