using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>Ids by record: equal codes are one record, whose ids lie side by side.</summary>
internal sealed class EqualCodes
{
    private readonly IdLists _lists = new();
    private int[] _recordOf = [];

    // By record: its id if it has one, −2 − the list if it has several, −1 if none.
    private int[] _ids = [];

    /// <summary>The record of an id; −1 if it has none.</summary>
    public int RecordOf(int id) => id >= 0 && id < _recordOf.Length ? _recordOf[id] : -1;

    /// <summary>The ids of a record in one number, which <see cref="OfferIds"/> takes; most changes leave it as it is.</summary>
    public int Ids(int record) => _ids[record];

    /// <summary>Offers all ids of a record.</summary>
    public void Offer(NearestRows nearest, int distance, int record) => OfferIds(nearest, distance, _ids[record]);

    /// <summary>Offers the ids that <see cref="Ids"/> has given.</summary>
    public void OfferIds(NearestRows nearest, int distance, int ids)
    {
        if (ids >= 0)
        {
            nearest.Offer(distance, ids);
        }
        else
        {
            nearest.Offer(distance, _lists.Ids(-2 - ids));
        }
    }

    /// <summary>Fetches what <see cref="Offer"/> begins with into the cache.</summary>
    public unsafe void Prefetch(int record)
    {
        CacheLines.Fetch(Unsafe.AsPointer(ref _ids[record]));
    }

    /// <summary>Fetches what <see cref="OfferIds"/> begins with into the cache.</summary>
    public void PrefetchIds(int ids)
    {
        if (ids < 0)
        {
            _lists.Prefetch(-2 - ids);
        }
    }

    /// <summary>Adds an id to a record, which is empty before if it is new.</summary>
    public void Add(int record, bool isNew, int id)
    {
        Ensure(ref _ids, record);
        Ensure(ref _recordOf, id);
        _recordOf[id] = record;
        ref var ids = ref _ids[record];
        ids = isNew ? id : -2 - (ids >= 0 ? _lists.Create(ids, id) : _lists.Add(-2 - ids, id));
    }

    /// <summary>Removes an id, and says whether its record has none left.</summary>
    public bool Remove(int id)
    {
        ref var ids = ref _ids[_recordOf[id]];
        _recordOf[id] = -1;
        if (ids >= 0)
        {
            ids = -1;
            return true;
        }

        var list = -2 - ids;
        var members = _lists.Ids(list);
        if (members.Length > 2)
        {
            ids = -2 - _lists.Remove(list, id);
            return false;
        }

        ids = members[0] == id ? members[1] : members[0];
        _lists.Delete(list);
        return false;
    }

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
