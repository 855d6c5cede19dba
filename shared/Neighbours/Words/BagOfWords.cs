using System.Buffers;
using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// Turns an image's local features into a sparse vector of visual words, so that the dot product of two images is their cosine
/// similarity.
/// </summary>
/// <remarks>
/// A word's weight is its idf if the image has it, however often (ours): with visual words as fine as these, a word that repeats within an
/// image is a repeated pattern (a burst: Jégou, Douze and Schmid, CVPR 2009), and even the square root of its count gives it too much.
/// Thread-safe; a call works on the caller's thread alone.
/// </remarks>
/// <param name="vocabulary">Words and weights.</param>
public sealed class BagOfWords(VisualVocabulary vocabulary)
{
    /// <summary>The vocabulary.</summary>
    public VisualVocabulary Vocabulary { get; } = vocabulary ?? throw new ArgumentNullException(nameof(vocabulary));

    /// <summary>Describes an image.</summary>
    /// <param name="features">Its features.</param>
    /// <returns>Visual words and their weights, a vector of length 1; empty for an image without keypoints.</returns>
    public SparseRow Describe(SiftFeatures features)
    {
        ArgumentNullException.ThrowIfNull(features);
        var words = ArrayPool<int>.Shared.Rent(features.Count);
        try
        {
            var found = words.AsSpan(0, features.Count);
            Vocabulary.Quantise(features.Descriptors, found);
            found.Sort();
            return Weigh(found);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(words);
        }
    }

    private SparseRow Weigh(ReadOnlySpan<int> sorted)
    {
        var distinct = 0;
        double squares = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                distinct++;
                squares += (double)Vocabulary.Idf[sorted[i]] * Vocabulary.Idf[sorted[i]];
            }
        }

        var indices = new uint[distinct];
        var values = new float[distinct];
        var scale = 1 / Math.Sqrt(squares);
        for (int i = 0, at = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                indices[at] = (uint)sorted[i];
                values[at++] = (float)(Vocabulary.Idf[sorted[i]] * scale);
            }
        }

        return new SparseRow(indices, values);
    }
}
