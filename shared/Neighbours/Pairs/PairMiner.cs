using Pipeline.Neighbours.Graph;

namespace Pipeline.Neighbours.Pairs;

/// <summary>
/// Compares an image's reciprocal neighbours in both spaces: R_S ∩ R_C, R_S \ R_C and R_C \ R_S. Pairs keep the direction of
/// the relations they come from.
/// </summary>
public static class PairMiner
{
    /// <summary>The pairs that start at one image: those seen by SIFT first, in the order of SIFT, then the CNN's.</summary>
    /// <typeparam name="T">What names an image.</typeparam>
    /// <param name="image">The image.</param>
    /// <param name="cnnNearest">Nearest neighbours in CNN space of any image that is asked for.</param>
    /// <param name="siftNearest">Nearest neighbours in SIFT space of any image that is asked for.</param>
    /// <param name="options">p, q and m.</param>
    public static IReadOnlyList<CandidatePair<T>> Of<T>(
        T image, Func<T, IReadOnlyList<T>> cnnNearest, Func<T, IReadOnlyList<T>> siftNearest, MiningOptions options)
        where T : IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(cnnNearest);
        ArgumentNullException.ThrowIfNull(siftNearest);
        ArgumentNullException.ThrowIfNull(options);
        return Compare(
            cnnNearest(image),
            siftNearest(image),
            ReciprocalNeighbours.Of(image, cnnNearest, options.CnnNeighbours, options.ReturnNeighbours),
            ReciprocalNeighbours.Of(image, siftNearest, options.SiftNeighbours, options.ReturnNeighbours));
    }

    /// <summary>The same, of an image of which it is known where its neighbours name it in return.</summary>
    /// <typeparam name="T">What names an image.</typeparam>
    /// <param name="cnn">In CNN space.</param>
    /// <param name="sift">In SIFT space.</param>
    /// <param name="options">p, q and m.</param>
    public static IReadOnlyList<CandidatePair<T>> Of<T>(MutualList<T> cnn, MutualList<T> sift, MiningOptions options)
        where T : IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        return Compare(
            cnn.Nearest,
            sift.Nearest,
            cnn.Reciprocal(options.CnnNeighbours, options.ReturnNeighbours),
            sift.Reciprocal(options.SiftNeighbours, options.ReturnNeighbours));
    }

    private static CandidatePair<T>[] Compare<T>(
        IReadOnlyList<T> cnnNearest, IReadOnlyList<T> siftNearest, IReadOnlyList<T> cnn, IReadOnlyList<T> sift)
        where T : IEquatable<T>
    {
        return
        [
            .. sift.Select(other => Pair(other, cnn.Contains(other) ? PairKind.Confirmed : PairKind.Complementary)),
            .. cnn.Where(other => !sift.Contains(other)).Select(other => Pair(other, PairKind.CnnOnly)),
        ];

        CandidatePair<T> Pair(T other, PairKind kind) => new(
            other, kind, ReciprocalNeighbours.PlaceOf(other, cnnNearest) + 1, ReciprocalNeighbours.PlaceOf(other, siftNearest) + 1);
    }
}
