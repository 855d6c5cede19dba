using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// Trains vocabularies: k-means over all descriptors, then k-means within each cell, then idf weights. The same images in the same order
/// give the same bytes, whatever the number of threads.
/// </summary>
/// <param name="options">Sizes and seed.</param>
public sealed class VocabularyTrainer(VocabularyOptions options)
{
    private const int Size = SiftFeatures.DescriptorSize;

    /// <summary>Share of the work that the upper level is, roughly; for progress.</summary>
    private const double UpperShare = 0.9;

    /// <summary>Trains.</summary>
    /// <param name="images">
    /// Features of the collection, or of a random sample of it where it is large: some thousands of images are plenty. Images without
    /// keypoints count as images.
    /// </param>
    /// <param name="progress">Told the share done, 0 … 1.</param>
    /// <param name="ct">Ends it between two pieces of work.</param>
    /// <exception cref="ArgumentException">No image has a keypoint.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public VisualVocabulary Train(IReadOnlyList<SiftFeatures> images, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options.Validate();
        var descriptors = Sample(images);
        if (descriptors.Length == 0)
        {
            throw new ArgumentException("There are no keypoints to train on.", nameof(images));
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = ct };
        var upper = KMeans.Fit(descriptors, options.Words, options.Iterations, options.Seed, parallel, progress is null ? null : new Part(progress));
        var (branches, counts) = Divide(descriptors, upper, parallel);
        var unweighted = new float[branches.Length / Size];
        Array.Fill(unweighted, 1);
        var data = new VocabularyData(upper.Centroids, counts, branches, unweighted, images.Count);
        data = data with { Idf = InverseDocumentFrequencies(new VisualVocabulary(data), images, parallel) };
        progress?.Report(1);
        return new VisualVocabulary(data);
    }

    private byte[] Sample(IReadOnlyList<SiftFeatures> images)
    {
        var total = images.Sum(image => (long)image.Count);
        if (total > int.MaxValue / Size)
        {
            throw new ArgumentException($"{total} descriptors are too many; train on a sample of the images.", nameof(images));
        }

        var all = new byte[total * Size];
        var at = 0;
        foreach (var image in images)
        {
            image.Descriptors.CopyTo(all.AsSpan(at));
            at += image.Descriptors.Length;
        }

        if (total <= options.MaxDescriptors)
        {
            return all;
        }

        var sample = new byte[options.MaxDescriptors * Size];
        var chosen = SeededOrder.Sample((int)total, options.MaxDescriptors, options.Seed);
        for (var i = 0; i < chosen.Length; i++)
        {
            all.AsSpan(chosen[i] * Size, Size).CopyTo(sample.AsSpan(i * Size));
        }

        return sample;
    }

    /// <summary>Divides each cell by k-means of its own.</summary>
    private (byte[] Branches, int[] Counts) Divide(byte[] descriptors, Clusters upper, ParallelOptions parallel)
    {
        var cells = new byte[upper.Members.Length][];
        Parallel.For(0, cells.Length, parallel, cell =>
        {
            var members = upper.Members[cell];
            var count = Math.Min(options.Branches, members.Length / options.DescriptorsPerBranch);
            if (count < 2)
            {
                cells[cell] = upper.Centroids.AsSpan(cell * Size, Size).ToArray();
                return;
            }

            var rows = new byte[members.Length * Size];
            for (var i = 0; i < members.Length; i++)
            {
                descriptors.AsSpan(members[i] * Size, Size).CopyTo(rows.AsSpan(i * Size));
            }

            // The cells are the parallel work; within one there is too little.
            var alone = new ParallelOptions { MaxDegreeOfParallelism = 1, CancellationToken = parallel.CancellationToken };
            cells[cell] = KMeans.Fit(rows, count, options.Iterations, SeededOrder.Mix(options.Seed, (ulong)cell), alone).Centroids;
        });

        return ([.. cells.SelectMany(cell => cell)], [.. cells.Select(cell => cell.Length / Size)]);
    }

    /// <summary>
    /// ln(1 + N/n), N images of which n have the word; n counts as 1 where no image has it. Unlike ln(N/n) it is positive also where
    /// every image has the word, so no image with a keypoint ever has a vector of zeros.
    /// </summary>
    private static float[] InverseDocumentFrequencies(VisualVocabulary vocabulary, IReadOnlyList<SiftFeatures> images, ParallelOptions parallel)
    {
        var counts = new int[vocabulary.Size];
        Parallel.ForEach(images, parallel, image =>
        {
            var words = new int[image.Count];
            vocabulary.Quantise(image.Descriptors, words);
            foreach (var word in words.Distinct())
            {
                Interlocked.Increment(ref counts[word]);
            }
        });

        return [.. counts.Select(count => (float)Math.Log(1 + (images.Count / (double)Math.Max(1, count))))];
    }

    private sealed class Part(IProgress<double> whole) : IProgress<double>
    {
        public void Report(double value) => whole.Report(value * UpperShare);
    }
}
