namespace Pipeline.Neighbours.Words;

/// <summary>How a vocabulary is trained. One set of defaults serves small collections and large ones.</summary>
public sealed class VocabularyOptions
{
    /// <summary>Most words of the upper level, found by k-means over all descriptors. 1 to 65,536, default 4,096.</summary>
    public int Words { get; set; } = 4096;

    /// <summary>
    /// Most visual words that one word of the upper level is divided into. 1 leaves the upper level as it is; at most 256. Default 16.
    /// </summary>
    public int Branches { get; set; } = 16;

    /// <summary>
    /// Fewest descriptors on average of a part: a word of the upper level with n descriptors is divided into at most n divided by
    /// this. Default 3, so that on a small collection most visual words still occur in more than one image: with 1, each descriptor
    /// becomes a word of its own and nothing is similar to anything.
    /// </summary>
    public int DescriptorsPerBranch { get; set; } = 3;

    /// <summary>Most rounds of each k-means. Default 8; the last ones hardly move anything.</summary>
    public int Iterations { get; set; } = 8;

    /// <summary>Most descriptors that k-means looks at; of more, a random sample is taken. Default 1,000,000 (128 MB).</summary>
    public int MaxDescriptors { get; set; } = 1_000_000;

    /// <summary>Chooses sample and first centroids.</summary>
    public ulong Seed { get; set; } = 2006;

    /// <summary>Threads that training uses; −1 stands for all processors. Does not change the result.</summary>
    public int Threads { get; set; } = -1;

    /// <summary>Throws unless every value is in its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not.</exception>
    public void Validate()
    {
        InRange(Words, 1, VisualVocabulary.MaxWords, nameof(Words));
        InRange(Branches, 1, VisualVocabulary.MaxBranches, nameof(Branches));
        InRange(DescriptorsPerBranch, 1, 1_000_000, nameof(DescriptorsPerBranch));
        InRange(Iterations, 1, 1000, nameof(Iterations));
        InRange(MaxDescriptors, 1, 16_000_000, nameof(MaxDescriptors));
        if (Threads != -1)
        {
            InRange(Threads, 1, 1024, nameof(Threads));
        }
    }

    private static void InRange(int value, int least, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}
