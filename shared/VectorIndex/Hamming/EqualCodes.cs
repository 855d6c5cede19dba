using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>Ids by record: equal codes are one record, whose ids are chained both ways.</summary>
internal sealed class EqualCodes
{
    private int[] _recordOf = [];
    private int[] _next = [];
    private int[] _previous = [];

    // By record: its id if it has one, −2 − the first if it has several, −1 if none.
    private int[] _first = [];

    /// <summary>The record of an id; −1 if it has none.</summary>
    public int RecordOf(int id) => id >= 0 && id < _recordOf.Length ? _recordOf[id] : -1;

    /// <summary>The ids of a record in one number, which <see cref="OfferIds"/> takes; most changes leave it as it is.</summary>
    public int Ids(int record) => _first[record];

    /// <summary>Offers all ids of a record.</summary>
    public void Offer(NearestRows nearest, int distance, int record) => OfferIds(nearest, distance, _first[record]);

    /// <summary>Offers the ids that <see cref="Ids"/> has given.</summary>
    public void OfferIds(NearestRows nearest, int distance, int ids)
    {
        // Mostly there is one, and the chain need not be fetched.
        var id = ids < 0 ? -2 - ids : ids;
        nearest.Offer(distance, id);
        while (ids < 0 && distance <= nearest.Bar && (id = _next[id]) >= 0)
        {
            nearest.Offer(distance, id);
        }
    }

    /// <summary>Fetches what <see cref="Offer"/> begins with into the cache.</summary>
    public unsafe void Prefetch(int record)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _first[record]));
        }
    }

    /// <summary>Adds an id to a record, which is empty before if it is new.</summary>
    public void Add(int record, bool isNew, int id)
    {
        Ensure(ref _first, record);
        Ensure(ref _recordOf, id);
        Ensure(ref _next, id);
        Ensure(ref _previous, id);
        _recordOf[id] = record;
        if (isNew)
        {
            (_next[id], _previous[id]) = (-1, -1);
            SetFirst(record, id);
            return;
        }

        // Behind the first one, which stays so.
        var first = First(record);
        (_next[id], _previous[id]) = (_next[first], first);
        if (_next[first] >= 0)
        {
            _previous[_next[first]] = id;
        }

        _next[first] = id;
        SetFirst(record, first);
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

        _recordOf[id] = -1;
        SetFirst(record, previous >= 0 ? First(record) : next);
        return _first[record] == -1;
    }

    private int First(int record) => _first[record] < -1 ? -2 - _first[record] : _first[record];

    private void SetFirst(int record, int id) => _first[record] = id >= 0 && _next[id] >= 0 ? -2 - id : id;

    private static void Ensure(ref int[] values, int index)
    {
        if (index >= values.Length)
        {
            var before = values.Length;
            LargeArrays.Grow(ref values, Math.Max(index + 1, Math.Max(16, before * 2)));
            values.AsSpan(before).Fill(-1);
        }
    }
}
