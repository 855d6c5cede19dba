namespace Pipeline.Learning.Evidence;

/// <summary>
/// Subjects that grow pair by pair, as clusters of single linkage do, and never hold two images that are known to show different things: neither by a
/// pair of these two nor through others (the cannot-link constraint of Wagstaff et al., ICML 2001). Who offers the pairs he trusts most first loses the
/// least of them: a pair is refused only where those before it leave it no room. Such a choice is maximal, not the largest one, which is NP-hard to find.
/// </summary>
public sealed class SubjectsApart
{
    private static readonly HashSet<int> Nobody = [];
    private readonly DisjointSets _subjects;

    /// <summary>For the root of a subject, the roots of those that it must not become one with; each names the other.</summary>
    private readonly Dictionary<int, HashSet<int>> _apart = [];

    /// <summary>Begins with every image alone.</summary>
    /// <param name="images">How many images there are.</param>
    /// <param name="apart">Two images each, by their places, that show different things; named twice they count once.</param>
    /// <exception cref="ArgumentOutOfRangeException">One image is to be apart from itself.</exception>
    public SubjectsApart(int images, IEnumerable<EvidencePair> apart)
    {
        ArgumentNullException.ThrowIfNull(apart);
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        _subjects = new DisjointSets(images);
        foreach (var (first, second) in apart)
        {
            ArgumentOutOfRangeException.ThrowIfEqual(first, second, nameof(apart));
            Keep(first, second);
            Keep(second, first);
        }
    }

    /// <summary>Joins the subjects of two images, unless that would bring together what is apart; then nothing changes.</summary>
    /// <param name="first">An image's place.</param>
    /// <param name="second">Another's.</param>
    /// <returns>Whether both are one subject now.</returns>
    public bool TryJoin(int first, int second)
    {
        var (root, other) = (_subjects.Root(first), _subjects.Root(second));
        if (root == other)
        {
            return true;
        }

        if (Of(root).Contains(other))
        {
            return false;
        }

        // The shorter list moves to the longer one, so that n verdicts move no more than n log n times.
        (root, other) = Of(root).Count >= Of(other).Count ? (root, other) : (other, root);
        foreach (var stranger in Of(other))
        {
            _apart[stranger].Remove(other);
            Keep(stranger, root);
            Keep(root, stranger);
        }

        _apart.Remove(other);
        _subjects.Unite(root, other);
        return true;
    }

    private HashSet<int> Of(int root) => _apart.GetValueOrDefault(root) ?? Nobody;

    private void Keep(int root, int stranger) => (_apart.TryGetValue(root, out var strangers) ? strangers : _apart[root] = []).Add(stranger);
}
