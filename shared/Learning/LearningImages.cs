namespace Pipeline.Learning;

/// <summary>The images that a head learns from, as they were stored at extraction; none is decoded again.</summary>
public sealed class LearningImages
{
    /// <summary>Gathers images.</summary>
    /// <param name="trunks">The trunk's activation of each, row-major.</param>
    /// <param name="trunkShape">Their shape without the batch, such as [96, 7, 7].</param>
    /// <param name="teacher">What the present model makes of each: rows of one length, L2-normalised.</param>
    /// <exception cref="ArgumentException">There are no images, their numbers differ, or an activation or a row has another size or is not finite.</exception>
    public LearningImages(IReadOnlyList<ReadOnlyMemory<Half>> trunks, IReadOnlyList<int> trunkShape, IReadOnlyList<float[]> teacher)
    {
        ArgumentNullException.ThrowIfNull(trunks);
        ArgumentNullException.ThrowIfNull(trunkShape);
        ArgumentNullException.ThrowIfNull(teacher);
        if (trunks.Count == 0 || trunks.Count != teacher.Count)
        {
            throw new ArgumentException($"There are {trunks.Count} activations and {teacher.Count} features; both are needed of every image.", nameof(trunks));
        }

        (Trunks, TrunkShape, Teacher) = (trunks, trunkShape, teacher);
        TrunkLength = trunkShape.Aggregate(1, (product, size) => checked(product * size));
        Dimensions = teacher[0].Length;
        for (var i = 0; i < trunks.Count; i++)
        {
            if (trunks[i].Length != TrunkLength || teacher[i].Length != Dimensions)
            {
                throw new ArgumentException($"Image {i} has {trunks[i].Length} activations and {teacher[i].Length} dimensions, not {TrunkLength} and {Dimensions}.", nameof(trunks));
            }

            if (!teacher[i].All(float.IsFinite) || trunks[i].Span.ContainsAnyExceptInRange(Half.MinValue, Half.MaxValue))
            {
                throw new ArgumentException($"Image {i} has a value that is not finite.", nameof(trunks));
            }
        }
    }

    /// <summary>How many of them, the last ones, are synthesised and no images.</summary>
    public int Synthesised { get; private init; }

    /// <summary>What a second teacher makes of each, of which those of synthesised ones do not count; null without one.</summary>
    public IReadOnlyList<float[]>? Specialist { get; private init; }

    /// <summary>How many there are.</summary>
    public int Count => Trunks.Count;

    /// <summary>The trunk's activations.</summary>
    public IReadOnlyList<ReadOnlyMemory<Half>> Trunks { get; }

    /// <summary>Their shape.</summary>
    public IReadOnlyList<int> TrunkShape { get; }

    /// <summary>Values of one activation.</summary>
    public int TrunkLength { get; }

    /// <summary>The present model's features.</summary>
    public IReadOnlyList<float[]> Teacher { get; }

    /// <summary>Their length.</summary>
    public int Dimensions { get; }

    /// <summary>Some of the images.</summary>
    /// <param name="kept">Their places; at least one.</param>
    public LearningImages Among(IReadOnlyList<int> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return new LearningImages([.. kept.Select(image => Trunks[image])], TrunkShape, [.. kept.Select(image => Teacher[image])]);
    }

    /// <summary>The images with what a second teacher makes of them, and with synthesised ones after them.</summary>
    /// <param name="specialist">A row for each image, of the length of <see cref="Teacher"/>'s; null without a second teacher.</param>
    /// <param name="trunks">Synthesised activations.</param>
    /// <param name="teacher">What the present model makes of each.</param>
    /// <exception cref="ArgumentException">Numbers or lengths differ.</exception>
    public LearningImages With(IReadOnlyList<float[]>? specialist, IReadOnlyList<ReadOnlyMemory<Half>> trunks, IReadOnlyList<float[]> teacher)
    {
        ArgumentNullException.ThrowIfNull(trunks);
        if (specialist is not null && (specialist.Count != Count || specialist.Any(row => row.Length != Dimensions)))
        {
            throw new ArgumentException($"A second teacher's features are {Count} rows of {Dimensions}.", nameof(specialist));
        }

        return new LearningImages([.. Trunks, .. trunks], TrunkShape, [.. Teacher, .. teacher])
        {
            Synthesised = trunks.Count,
            Specialist = specialist is null ? null : [.. specialist, .. trunks.Select(_ => new float[Dimensions])],
        };
    }
}
