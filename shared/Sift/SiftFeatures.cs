using System.Buffers.Binary;

namespace Pipeline.Sift;

/// <summary>The keypoints of one image, the strongest first, and their RootSIFT descriptors. Immutable.</summary>
public sealed class SiftFeatures
{
    /// <summary>Dimensions, and bytes, of a descriptor.</summary>
    public const int DescriptorSize = 128;

    /// <summary>Most keypoints that a serialised set may hold.</summary>
    public const int MaxCount = 16_384;

    // "RSFT", version, reserved, width, height, count; then count × 6 numbers; then count × 128 bytes. Little-endian.
    private const uint Magic = 0x54465352;
    private const ushort FormatVersion = 1;
    private const int HeaderSize = 20;
    private const int KeypointSize = 24;

    private readonly Keypoint[] _keypoints;
    private readonly byte[] _descriptors;

    internal SiftFeatures(Keypoint[] keypoints, byte[] descriptors, int width, int height)
    {
        _keypoints = keypoints;
        _descriptors = descriptors;
        Width = width;
        Height = height;
    }

    /// <summary>Number of keypoints.</summary>
    public int Count => _keypoints.Length;

    /// <summary>Where they are, in pixels of the image as it was extracted from.</summary>
    public ReadOnlySpan<Keypoint> Keypoints => _keypoints;

    /// <summary><see cref="Count"/> × 128 bytes, row by row; each row has a Euclidean length of about 512 (see <see cref="RootSift"/>).</summary>
    public ReadOnlySpan<byte> Descriptors => _descriptors;

    /// <summary>Width of the image as it was extracted from.</summary>
    public int Width { get; }

    /// <summary>Height of the image as it was extracted from.</summary>
    public int Height { get; }

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="bytes">All of it, and nothing behind.</param>
    /// <exception cref="InvalidDataException">The bytes are something else, of an unknown version, cut off or out of range.</exception>
    public static SiftFeatures Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new InvalidDataException("These are no SIFT features.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != FormatVersion || BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != 0)
        {
            throw new InvalidDataException($"SIFT features of format {version}; {FormatVersion} is read.");
        }

        var width = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var height = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        if (width is < 1 or > 1_000_000 || height is < 1 or > 1_000_000 || count is < 0 or > MaxCount)
        {
            throw new InvalidDataException($"SIFT features of {width}×{height} pixels with {count} keypoints.");
        }

        if (bytes.Length != HeaderSize + (count * (KeypointSize + DescriptorSize)))
        {
            throw new InvalidDataException($"SIFT features with {count} keypoints cannot have {bytes.Length} bytes.");
        }

        var keypoints = new Keypoint[count];
        for (var i = 0; i < count; i++)
        {
            keypoints[i] = ReadKeypoint(bytes.Slice(HeaderSize + (i * KeypointSize), KeypointSize), width, height);
        }

        return new SiftFeatures(keypoints, bytes[(HeaderSize + (count * KeypointSize))..].ToArray(), width, height);
    }

    /// <summary>
    /// Writes a header of 20 bytes (<c>RSFT</c>, uint16 format version 1, uint16 0, int32 width, height, count), then 24 bytes a
    /// keypoint (float32 x, y, size, angle, response; int32 octave), then 128 bytes a descriptor. All numbers little-endian.
    /// </summary>
    public byte[] Serialize()
    {
        var bytes = new byte[HeaderSize + (Count * (KeypointSize + DescriptorSize))];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Height);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Count);
        for (var i = 0; i < Count; i++)
        {
            var row = bytes.AsSpan(HeaderSize + (i * KeypointSize), KeypointSize);
            var keypoint = _keypoints[i];
            BinaryPrimitives.WriteSingleLittleEndian(row, keypoint.X);
            BinaryPrimitives.WriteSingleLittleEndian(row[4..], keypoint.Y);
            BinaryPrimitives.WriteSingleLittleEndian(row[8..], keypoint.Size);
            BinaryPrimitives.WriteSingleLittleEndian(row[12..], keypoint.Angle);
            BinaryPrimitives.WriteSingleLittleEndian(row[16..], keypoint.Response);
            BinaryPrimitives.WriteInt32LittleEndian(row[20..], keypoint.Octave);
        }

        _descriptors.CopyTo(bytes.AsSpan(HeaderSize + (Count * KeypointSize)));
        return bytes;
    }

    private static Keypoint ReadKeypoint(ReadOnlySpan<byte> row, int width, int height)
    {
        var keypoint = new Keypoint(
            BinaryPrimitives.ReadSingleLittleEndian(row),
            BinaryPrimitives.ReadSingleLittleEndian(row[4..]),
            BinaryPrimitives.ReadSingleLittleEndian(row[8..]),
            BinaryPrimitives.ReadSingleLittleEndian(row[12..]),
            BinaryPrimitives.ReadSingleLittleEndian(row[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(row[20..]));

        // Written so that NaN fails every comparison. Interpolation may put a point just outside the frame.
        var sane = keypoint.X >= -8 && keypoint.X <= width + 8 && keypoint.Y >= -8 && keypoint.Y <= height + 8
            && keypoint.Size > 0 && float.IsFinite(keypoint.Size) && float.IsFinite(keypoint.Angle) && float.IsFinite(keypoint.Response);
        return sane ? keypoint : throw new InvalidDataException("SIFT features with a keypoint outside the image.");
    }
}
