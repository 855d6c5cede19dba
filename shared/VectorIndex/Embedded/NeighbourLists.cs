namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// The lists of one graph in memory. Nodes stand for points, so that a point may move to another row without its list, or a
/// list that names it, changing. Arrays by node or by row; one user at a time.
/// </summary>
/// <remarks>
/// A list knows some neighbours more than it shows, so that most deletions are made good from what it knows, without a search.
/// It holds the best of all rows, in order, with none left out; it is complete if there are no others.
/// </remarks>
/// <param name="k">Entries that a list shows at most.</param>
internal sealed partial class NeighbourLists(int k)
{
    private readonly int _capacity = k + ((k + 1) / 2);
    private readonly Dictionary<Guid, int> _nodeOf = [];
    private readonly Stack<int> _free = [];
    private readonly List<int> _changes = [];
    private Guid[] _ids = [];
    private int[] _rows = [];
    private NodeState[] _states = [];
    private long[] _revisions = [];
    private int[] _counts = [];
    private bool[] _complete = [];
    private int[] _neighbours = [];
    private double[] _scores = [];
    private bool[] _changed = [];
    private int _count;
    private int[] _nodeOfRow = [];

    /// <summary>
    /// By row: a score below this cannot enter the list of the point in it. Positive infinity where there is no list to enter.
    /// </summary>
    public float[] Floors { get; private set; } = [];

    /// <summary>Entries that a list knows at most, and a search should find.</summary>
    public int Capacity => _capacity;

    public bool TryFind(Guid id, out int node) => _nodeOf.TryGetValue(id, out node);

    public Guid Id(int node) => _ids[node];

    public int Row(int node) => _rows[node];

    public NodeState State(int node) => _states[node];

    public int NodeOfRow(int row) => _nodeOfRow[row];

    public long Revision(int node) => _revisions[node];

    /// <summary>The neighbours that a list shows, best first.</summary>
    public ReadOnlySpan<int> Neighbours(int node) => _neighbours.AsSpan(node * _capacity, Math.Min(_counts[node], k));

    /// <summary>Their scores.</summary>
    public ReadOnlySpan<double> Scores(int node) => _scores.AsSpan(node * _capacity, Math.Min(_counts[node], k));

    /// <summary>
    /// Takes points, lifted before, out of the graph and out of every list. A list is broken by that if it has fewer than k
    /// entries left and is not complete.
    /// </summary>
    public void Remove(IReadOnlyCollection<int> gone, Action<int> broken)
    {
        if (gone.Count == 0)
        {
            return;
        }

        foreach (var node in gone)
        {
            _nodeOf.Remove(_ids[node]);
            _states[node] = NodeState.Free;
            _counts[node] = 0;
            _changed[node] = false;
        }

        for (var node = 0; node < _count; node++)
        {
            if (_states[node] == NodeState.Woven && RemoveFree(node))
            {
                broken(node);
            }
        }

        foreach (var node in gone)
        {
            _free.Push(node);
        }
    }

    /// <summary>Gives a node the list that a search for <see cref="Capacity"/> rows has found.</summary>
    public void Set(int node, ReadOnlySpan<TopK.Entry> best)
    {
        for (var i = 0; i < best.Length; i++)
        {
            _neighbours[(node * _capacity) + i] = _nodeOfRow[best[i].Row];
            _scores[(node * _capacity) + i] = best[i].Score;
        }

        _counts[node] = best.Length;
        _complete[node] = best.Length < _capacity;
        _states[node] = NodeState.Woven;
        SetFloor(node);
        MarkChanged(node);
    }

    /// <summary>Gives a node the list that was stored, less the entries whose points are gone or new since.</summary>
    /// <param name="node">The node.</param>
    /// <param name="revision">The list's.</param>
    /// <param name="entries">What is left of the list.</param>
    /// <param name="stored">Entries it had; fewer than k were all there were.</param>
    public void Restore(int node, long revision, ReadOnlySpan<(int Node, double Score)> entries, int stored)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            (_neighbours[(node * _capacity) + i], _scores[(node * _capacity) + i]) = entries[i];
        }

        _counts[node] = entries.Length;
        _complete[node] = stored < k;
        _revisions[node] = revision;
        Settle(node, lost: entries.Length < stored);
    }

    /// <summary>Enters a newcomer into a list where it belongs there, and is not in it already.</summary>
    public void Insert(int node, int newcomer, double score)
    {
        var count = _counts[node];
        var neighbours = _neighbours.AsSpan(node * _capacity, _capacity);
        var scores = _scores.AsSpan(node * _capacity, _capacity);
        var place = count;
        while (place > 0 && IsBetter(score, newcomer, scores[place - 1], neighbours[place - 1]))
        {
            place--;
        }

        // Behind the last entry only where no other can be in between.
        if ((place == count && !_complete[node]) || (place > 0 && neighbours[place - 1] == newcomer))
        {
            return;
        }

        var moved = Math.Min(count, _capacity - 1) - place;
        neighbours.Slice(place, moved).CopyTo(neighbours[(place + 1)..]);
        scores.Slice(place, moved).CopyTo(scores[(place + 1)..]);
        neighbours[place] = newcomer;
        scores[place] = score;
        _counts[node] = Math.Min(count + 1, _capacity);
        _complete[node] &= _counts[node] < _capacity;
        SetFloor(node);
        if (place < k)
        {
            MarkChanged(node);
        }
    }

    /// <summary>The nodes whose lists changed since the last call; they get the revision.</summary>
    public IReadOnlyList<int> TakeChanges(long revision)
    {
        var changes = new List<int>(_changes.Count);
        foreach (var node in _changes)
        {
            // Not if its point went meanwhile, once only if another point has the node since, and not while it is broken.
            var changed = _changed[node] && _states[node] == NodeState.Woven;
            _changed[node] = false;
            if (changed)
            {
                _revisions[node] = revision;
                changes.Add(node);
            }
        }

        _changes.Clear();
        return changes;
    }

    /// <summary>At least as many lists changed as <see cref="TakeChanges"/> will name.</summary>
    public int ChangeCount => _changes.Count;

    /// <summary>The nodes in a state.</summary>
    public IEnumerable<int> Nodes(NodeState state) => Enumerable.Range(0, _count).Where(node => _states[node] == state);

    /// <summary>The nodes whose lists name one of these.</summary>
    public List<int> NamedBy(IReadOnlyCollection<int> nodes)
    {
        var wanted = new ulong[(_count / 64) + 1];
        foreach (var node in nodes)
        {
            wanted[node / 64] |= 1UL << (node % 64);
        }

        var found = new List<int>();
        for (var node = 0; node < _count; node++)
        {
            foreach (var neighbour in Neighbours(node))
            {
                if ((wanted[neighbour / 64] & (1UL << (neighbour % 64))) != 0)
                {
                    found.Add(node);
                    break;
                }
            }
        }

        return found;
    }

    /// <summary>Takes free nodes out of a list; true if that broke it.</summary>
    private bool RemoveFree(int node)
    {
        var first = node * _capacity;
        var kept = 0;
        var lost = false;
        for (var i = 0; i < _counts[node]; i++)
        {
            if (_states[_neighbours[first + i]] == NodeState.Free)
            {
                lost |= i < k;
            }
            else
            {
                _neighbours[first + kept] = _neighbours[first + i];
                _scores[first + kept++] = _scores[first + i];
            }
        }

        if (kept == _counts[node])
        {
            return false;
        }

        _counts[node] = kept;
        Settle(node, lost);
        return _states[node] == NodeState.Broken;
    }

    /// <summary>
    /// Decides what a list is worth after it lost entries. A broken one is no change yet: what is stored says that it is out of
    /// date, and a short list in its stead would pass for a complete one.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="lost">True if it lost an entry that it showed.</param>
    private void Settle(int node, bool lost)
    {
        _states[node] = _counts[node] < k && !_complete[node] ? NodeState.Broken : NodeState.Woven;
        SetFloor(node);
        if (lost && _states[node] == NodeState.Woven)
        {
            MarkChanged(node);
        }
    }

    private bool IsBetter(double score, int node, double otherScore, int other) =>
        score > otherScore || (score == otherScore && _ids[node].CompareTo(_ids[other]) < 0);

    private void SetFloor(int node)
    {
        if (_rows[node] >= 0)
        {
            Floors[_rows[node]] = _states[node] != NodeState.Woven ? float.PositiveInfinity
                : _complete[node] ? float.NegativeInfinity
                : RoundDown(_scores[(node * _capacity) + _counts[node] - 1]);
        }
    }

    /// <summary>The greatest float that is not above a number.</summary>
    private static float RoundDown(double value)
    {
        var rounded = (float)value;
        return rounded > value ? MathF.BitDecrement(rounded) : rounded;
    }

    private void MarkChanged(int node)
    {
        if (!_changed[node])
        {
            _changed[node] = true;
            _changes.Add(node);
        }
    }
}
