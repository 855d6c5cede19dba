namespace Pipeline.Neighbours.Graph;

/// <summary>An image's nearest neighbours, and where each of them names the image in return.</summary>
/// <typeparam name="T">What names an image.</typeparam>
/// <param name="Nearest">Nearest first, the image itself excluded.</param>
/// <param name="Back">For each of them the image's place in its list, from 1; 0 where that does not name the image.</param>
public readonly record struct MutualList<T>(IReadOnlyList<T> Nearest, IReadOnlyList<int> Back)
{
    /// <summary>Its reversible nearest neighbours, as <see cref="ReciprocalNeighbours"/> defines them, nearest first.</summary>
    /// <param name="forward">How many of the image's own neighbours are looked at (p or q).</param>
    /// <param name="back">Within how many neighbours of the other it must lie (m).</param>
    public IReadOnlyList<T> Reciprocal(int forward, int back)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(forward, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(back, 1);
        var reciprocal = new List<T>(Math.Min(forward, Nearest.Count));
        for (var i = 0; i < Nearest.Count && i < forward; i++)
        {
            if (Back[i] >= 1 && Back[i] <= back)
            {
                reciprocal.Add(Nearest[i]);
            }
        }

        return reciprocal;
    }
}
