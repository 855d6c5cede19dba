namespace Pipeline.Neighbours.Graph;

/// <summary>
/// Reversible nearest neighbours: R(i) = { j | j ∈ N(i, forward) and i ∈ N(j, back) } (Zhou et al., complementary supervision
/// mining). Where forward and back differ the relation has a direction: j ∈ R(i) does not imply i ∈ R(j).
/// </summary>
public static class ReciprocalNeighbours
{
    /// <summary>R of one image, nearest first.</summary>
    /// <typeparam name="T">What names an image.</typeparam>
    /// <param name="image">The image i.</param>
    /// <param name="nearestOf">The nearest neighbours of an image, nearest first, itself excluded; empty if it is unknown.</param>
    /// <param name="forward">How many of the image's own neighbours are looked at (p or q).</param>
    /// <param name="back">Within how many neighbours of the other it must lie (m).</param>
    public static IReadOnlyList<T> Of<T>(T image, Func<T, IReadOnlyList<T>> nearestOf, int forward, int back)
        where T : IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(nearestOf);
        ArgumentOutOfRangeException.ThrowIfLessThan(forward, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(back, 1);
        var nearest = nearestOf(image);
        var reciprocal = new List<T>(Math.Min(forward, nearest.Count));
        for (var rank = 0; rank < nearest.Count && rank < forward; rank++)
        {
            if (PlaceOf(image, nearestOf(nearest[rank])) is { } place && place < back)
            {
                reciprocal.Add(nearest[rank]);
            }
        }

        return reciprocal;
    }

    /// <summary>Where a list names an image, from 0; null if it does not.</summary>
    /// <typeparam name="T">What names an image.</typeparam>
    /// <param name="image">The image.</param>
    /// <param name="nearest">The list.</param>
    public static int? PlaceOf<T>(T image, IReadOnlyList<T> nearest)
        where T : IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(nearest);
        for (var i = 0; i < nearest.Count; i++)
        {
            if (nearest[i].Equals(image))
            {
                return i;
            }
        }

        return null;
    }
}
