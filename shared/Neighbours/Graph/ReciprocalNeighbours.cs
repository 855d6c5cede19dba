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
            if (HasAmongFirst(nearestOf(nearest[rank]), image, back))
            {
                reciprocal.Add(nearest[rank]);
            }
        }

        return reciprocal;
    }

    private static bool HasAmongFirst<T>(IReadOnlyList<T> list, T image, int count)
        where T : IEquatable<T>
    {
        for (var i = 0; i < list.Count && i < count; i++)
        {
            if (list[i].Equals(image))
            {
                return true;
            }
        }

        return false;
    }
}
