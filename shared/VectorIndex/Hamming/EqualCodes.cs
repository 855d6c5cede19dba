namespace Pipeline.VectorIndex.Hamming;

/// <summary>Ids by record: equal codes are one record, whose ids are chained both ways.</summary>
internal sealed class EqualCodes
{
    private int[] _recordOf = [];
    private int[] _next = [];
    private int[] _previous = [];
    private int[] _first = [];

    /// <summary>The record of an id; −1 if it has none.</summary>
    public int RecordOf(int id) => id >= 0 && id < _recordOf.Length ? _recordOf[id] : -1;

    /// <summary>An id of a record.</summary>
    public int First(int record) => _first[record];

    /// <summary>Another id of the same record; −1 behind the last.</summary>
    public int Next(int id) => _next[id];

    /// <summary>Adds an id to a record, which is empty before if it is new.</summary>
    public void Add(int record, bool isNew, int id)
    {
        Ensure(ref _first, record);
        Ensure(ref _recordOf, id);
        Ensure(ref _next, id);
        Ensure(ref _previous, id);
        var first = isNew ? -1 : _first[record];
        if (first >= 0)
        {
            _previous[first] = id;
        }

        (_recordOf[id], _next[id], _previous[id], _first[record]) = (record, first, -1, id);
    }

    /// <summary>Removes an id, and says whether its record has none left.</summary>
    public bool Remove(int id)
    {
        var record = _recordOf[id];
        var (previous, next) = (_previous[id], _next[id]);
        if (next >= 0)
        {
            _previous[next] = previous;
        }

        if (previous >= 0)
        {
            _next[previous] = next;
        }
        else
        {
            _first[record] = next;
        }

        _recordOf[id] = -1;
        return _first[record] < 0;
    }

    private static void Ensure(ref int[] values, int index)
    {
        if (index >= values.Length)
        {
            var before = values.Length;
            Array.Resize(ref values, Math.Max(index + 1, Math.Max(16, before * 2)));
            values.AsSpan(before).Fill(-1);
        }
    }
}
