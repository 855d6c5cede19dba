using System.Buffers.Binary;
using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// A vocabulary's numbers, and how they are written: <c>RVOC</c>, uint16 format version 1, uint16 0, int32 number of words of the upper
/// level, of visual words, of images; then 128 bytes for each word of the upper level; then for each of them uint16 the number of its
/// parts; then 128 bytes for each visual word; then for each of them float32 its idf weight. All numbers little-endian.
/// </summary>
/// <param name="Words">Centroids of the upper level, rows of 128 bytes.</param>
/// <param name="BranchCounts">For each of them, the number of visual words below it, at least 1.</param>
/// <param name="Branches">Centroids of the visual words, rows of 128 bytes, in the order of the upper level.</param>
/// <param name="Idf">Weight of each visual word, finite and positive.</param>
/// <param name="ImageCount">Images that the weights were counted on, at least 1.</param>
internal sealed record VocabularyData(byte[] Words, int[] BranchCounts, byte[] Branches, float[] Idf, int ImageCount)
{
    private const uint Magic = 0x434F5652;
    private const ushort FormatVersion = 1;
    private const int HeaderSize = 20;
    private const int Row = SiftFeatures.DescriptorSize;

    /// <summary>Reads and checks.</summary>
    /// <exception cref="InvalidDataException">The bytes are something else, of an unknown version, cut off or out of range.</exception>
    public static VocabularyData Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new InvalidDataException("This is no vocabulary.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != FormatVersion || BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != 0)
        {
            throw new InvalidDataException($"A vocabulary of format {version}; {FormatVersion} is read.");
        }

        var words = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var images = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        if (words is < 1 or > VisualVocabulary.MaxWords || size < words || size > VisualVocabulary.MaxSize || images < 1)
        {
            throw new InvalidDataException($"A vocabulary of {size} words in {words} cells on {images} images.");
        }

        if (bytes.Length != HeaderSize + (words * (Row + 2)) + (size * (Row + 4)))
        {
            throw new InvalidDataException($"A vocabulary of {size} words in {words} cells cannot have {bytes.Length} bytes.");
        }

        var counts = new int[words];
        var at = HeaderSize + (words * Row);
        for (var i = 0; i < words; i++, at += 2)
        {
            counts[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        }

        if (counts.Any(count => count is < 1 or > VisualVocabulary.MaxBranches) || counts.Sum() != size)
        {
            throw new InvalidDataException("A vocabulary whose cells do not add up.");
        }

        var branches = bytes.Slice(at, size * Row).ToArray();
        at += branches.Length;
        var idf = new float[size];
        for (var i = 0; i < size; i++, at += 4)
        {
            idf[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
        }

        // Written so that NaN fails too.
        if (!Array.TrueForAll(idf, weight => weight is > 0 and < 1000))
        {
            throw new InvalidDataException("A vocabulary with a weight that is none.");
        }

        return new VocabularyData(bytes.Slice(HeaderSize, words * Row).ToArray(), counts, branches, idf, images);
    }

    /// <summary>Writes.</summary>
    public byte[] Serialize()
    {
        var bytes = new byte[HeaderSize + Words.Length + (2 * BranchCounts.Length) + Branches.Length + (4 * Idf.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), BranchCounts.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Idf.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), ImageCount);
        Words.CopyTo(bytes.AsSpan(HeaderSize));
        var at = HeaderSize + Words.Length;
        foreach (var count in BranchCounts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)count);
            at += 2;
        }

        Branches.CopyTo(bytes.AsSpan(at));
        at += Branches.Length;
        foreach (var weight in Idf)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), weight);
            at += 4;
        }

        return bytes;
    }
}
