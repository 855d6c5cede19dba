namespace Pipeline.Learning.Evidence;

/// <summary>
/// The batches of a training. A batch is made of images drawn at random, each with some of its partners, so that there are pairs in it and
/// strangers to tell them from. A batch depends on its number alone: a training that is taken up again sees what it would have seen.
/// </summary>
/// <param name="evidence">What belongs together.</param>
/// <param name="options">Sizes.</param>
/// <param name="seed">What is drawn.</param>
public sealed class EvidenceBatches(EvidenceGraph evidence, LearningOptions options, int seed)
{
    /// <summary>Images of every batch: <see cref="LearningOptions.BatchImages"/>, or all where there are no more.</summary>
    public int Size => Math.Min(evidence.Count, options.BatchImages);

    /// <summary>Steps of the whole training.</summary>
    public int Steps => StepsOf(evidence.Count, options);

    /// <summary>Steps of a training on so many images.</summary>
    internal static int StepsOf(int images, LearningOptions options)
    {
        var perEpoch = ((long)images + options.BatchImages - 1) / options.BatchImages;
        return (int)Math.Clamp(options.Epochs * perEpoch, options.MinSteps, Math.Max(options.MinSteps, options.MaxSteps));
    }

    /// <summary>The images of a batch: <see cref="Size"/> places, each once; all in their order where there are no more.</summary>
    /// <param name="step">0 for the first.</param>
    public int[] At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (evidence.Count == Size)
        {
            return [.. Enumerable.Range(0, Size)];
        }

        var random = new Random(unchecked((seed * 1_000_003) + step));
        var drawn = new HashSet<int>(Size);
        while (drawn.Count < Size)
        {
            var image = random.Next(evidence.Count);
            drawn.Add(image);
            int[] partners = [.. evidence.Partners(image)];
            random.Shuffle(partners);
            foreach (var partner in partners.Take(Math.Min(options.ImagesPerSubject - 1, Size - drawn.Count)))
            {
                drawn.Add(partner);
            }
        }

        return [.. drawn];
    }
}
