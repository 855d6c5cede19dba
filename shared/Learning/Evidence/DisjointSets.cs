namespace Pipeline.Learning.Evidence;

/// <summary>Sets of places 0 … count − 1, each of one place at first, that are only ever united. Each is known by one of its places, its root.</summary>
/// <param name="count">How many places there are.</param>
internal sealed class DisjointSets(int count)
{
    private readonly int[] _parents = [.. Enumerable.Range(0, count)];

    /// <summary>The root of a place's set.</summary>
    public int Root(int place)
    {
        while (_parents[place] != place)
        {
            place = _parents[place] = _parents[_parents[place]];
        }

        return place;
    }

    /// <summary>Unites two sets.</summary>
    /// <param name="root">A root, which is that of both from now on.</param>
    /// <param name="other">Another root.</param>
    public void Unite(int root, int other) => _parents[other] = root;
}
