using System.Security.Cryptography;
using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// Visual words over RootSIFT descriptors and their idf weights (Sivic and Zisserman, ICCV 2003), as a tree of two levels
/// (Nistér and Stewénius, CVPR 2006): the upper level's cells are divided once more, and the parts are the visual words. Immutable.
/// </summary>
/// <remarks>
/// <para>
/// The idf weights are part of the vocabulary and do not follow the collection, so similarities do not move while images arrive.
/// </para>
/// <para>
/// A descriptor's visual word is the nearest one below eight cells of the upper level: for each remainder modulo eight the nearest
/// among the cells with such an index, because eight cells are compared at a time anyway (ours). Its own cell is always
/// among them. This finds the nearest of all visual words far more often than the way down through one cell.
/// </para>
/// <para>Thread-safe. All arithmetic is on integers: the same descriptor gets the same word on every processor.</para>
/// </remarks>
public sealed class VisualVocabulary
{
    /// <summary>Most words of the upper level.</summary>
    public const int MaxWords = 65_536;

    /// <summary>Most parts of a word of the upper level.</summary>
    public const int MaxBranches = 256;

    /// <summary>Most visual words.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Descriptors that are compared with the upper level at once.</summary>
    private const int Rows = 4;

    private readonly VocabularyData _data;
    private readonly CentroidGroups _words;
    private readonly CentroidGroups _branches;
    private readonly Lazy<string> _hash;

    internal VisualVocabulary(VocabularyData data)
    {
        _data = data;
        _words = new CentroidGroups(data.Words, [data.BranchCounts.Length]);
        _branches = new CentroidGroups(data.Branches, data.BranchCounts);
        _hash = new Lazy<string>(() => Convert.ToHexStringLower(SHA256.HashData(Serialize())));
    }

    /// <summary>Number of visual words: what <see cref="Quantise"/> answers is below it.</summary>
    public int Size => _data.Idf.Length;

    /// <summary>Number of words of the upper level.</summary>
    public int WordCount => _data.BranchCounts.Length;

    /// <summary>Number of images that the idf weights were counted on.</summary>
    public int ImageCount => _data.ImageCount;

    /// <summary>Weight of each visual word, positive.</summary>
    public ReadOnlySpan<float> Idf => _data.Idf;

    /// <summary>SHA-256 of the serialised vocabulary, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 => _hash.Value;

    /// <summary>Names the vocabulary by its content, such as <c>words-0123456789ab</c>. Vectors of different versions are never compared.</summary>
    public string Version => $"words-{Sha256.AsSpan(0, 12)}";

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="bytes">All of it, and nothing behind.</param>
    /// <exception cref="InvalidDataException">The bytes are something else, of an unknown version, cut off or out of range.</exception>
    public static VisualVocabulary Parse(ReadOnlySpan<byte> bytes) => new(VocabularyData.Parse(bytes));

    /// <summary>Writes the vocabulary; the same vocabulary gives the same bytes. <see cref="VocabularyData"/> describes the format.</summary>
    public byte[] Serialize() => _data.Serialize();

    /// <summary>Finds each descriptor's visual word.</summary>
    /// <param name="descriptors">Rows of 128 bytes, RootSIFT, as <see cref="SiftFeatures.Descriptors"/> has them.</param>
    /// <param name="words">One for each descriptor, below <see cref="Size"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void Quantise(ReadOnlySpan<byte> descriptors, Span<int> words)
    {
        if (descriptors.Length != words.Length * SiftFeatures.DescriptorSize)
        {
            throw new ArgumentException($"{descriptors.Length} bytes are no {words.Length} descriptors.", nameof(descriptors));
        }

        Span<long> cells = stackalloc long[Rows * CentroidGroups.Lanes];
        for (var first = 0; first < words.Length; first += Rows)
        {
            var count = Math.Min(Rows, words.Length - first);
            var rows = descriptors.Slice(first * SiftFeatures.DescriptorSize, count * SiftFeatures.DescriptorSize);
            _words.Winners(rows, 0, cells);
            for (var r = 0; r < count; r++)
            {
                words[first + r] = Descend(
                    rows.Slice(r * SiftFeatures.DescriptorSize, SiftFeatures.DescriptorSize), cells.Slice(r * CentroidGroups.Lanes, CentroidGroups.Lanes));
            }
        }
    }

    /// <summary>
    /// The squared distances of descriptors to the centroids of their visual words, summed: the quantisation error, for judging a
    /// vocabulary. Descriptors have a length of about 512.
    /// </summary>
    /// <param name="descriptors">Rows of 128 bytes, RootSIFT.</param>
    public double SquaredError(ReadOnlySpan<byte> descriptors)
    {
        var words = new int[descriptors.Length / SiftFeatures.DescriptorSize];
        Quantise(descriptors, words);
        long sum = 0;
        for (var i = 0; i < words.Length; i++)
        {
            var descriptor = descriptors.Slice(i * SiftFeatures.DescriptorSize, SiftFeatures.DescriptorSize);
            var centroid = _data.Branches.AsSpan(words[i] * SiftFeatures.DescriptorSize, SiftFeatures.DescriptorSize);
            for (var k = 0; k < descriptor.Length; k++)
            {
                var difference = descriptor[k] - centroid[k];
                sum += difference * difference;
            }
        }

        return sum;
    }

    private int Descend(ReadOnlySpan<byte> descriptor, ReadOnlySpan<long> cells)
    {
        Span<long> winners = stackalloc long[CentroidGroups.Lanes];
        var best = long.MaxValue;
        foreach (var cell in cells)
        {
            if (CentroidGroups.IsNone(cell))
            {
                continue;
            }

            _branches.Winners(descriptor, CentroidGroups.CentroidOf(cell), winners);
            foreach (var winner in winners)
            {
                best = Math.Min(best, winner);
            }
        }

        return CentroidGroups.CentroidOf(best);
    }
}
