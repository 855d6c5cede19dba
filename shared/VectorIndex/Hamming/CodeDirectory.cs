namespace Pipeline.VectorIndex.Hamming;

/// <summary>Finds the record of a whole code: chains by a hash of it, doubled as they fill.</summary>
internal sealed class CodeDirectory
{
    private int[] _heads = NewHeads(16);
    private int[] _next = new int[16];
    private int _count;

    /// <summary>The record with this code; −1: none.</summary>
    public int Find(CodeRecords records, ReadOnlySpan<ulong> code)
    {
        var record = _heads[Slot(code)];
        while (record >= 0 && !records.Code(record).SequenceEqual(code))
        {
            record = _next[record];
        }

        return record;
    }

    /// <summary>Adds a record whose code is not there.</summary>
    public void Add(CodeRecords records, int record)
    {
        if (record >= _next.Length)
        {
            LargeArrays.Grow(ref _next, Math.Max(record + 1, _next.Length * 2));
        }

        if (++_count > _heads.Length)
        {
            Double(records);
        }

        Link(records, record);
    }

    /// <summary>Removes a record.</summary>
    public void Remove(CodeRecords records, int record)
    {
        ref var link = ref _heads[Slot(records.Code(record))];
        while (link != record)
        {
            link = ref _next[link];
        }

        link = _next[record];
        _count--;
    }

    private static int[] NewHeads(int length)
    {
        var heads = LargeArrays.Allocate<int>(length);
        heads.AsSpan().Fill(-1);
        return heads;
    }

    private void Double(CodeRecords records)
    {
        var before = _heads;
        _heads = NewHeads(before.Length * 2);
        foreach (var head in before)
        {
            for (var record = head; record >= 0;)
            {
                var next = _next[record];
                Link(records, record);
                record = next;
            }
        }
    }

    private void Link(CodeRecords records, int record)
    {
        ref var head = ref _heads[Slot(records.Code(record))];
        _next[record] = head;
        head = record;
    }

    /// <summary>Words multiplied into each other, the high bits folded down: near codes must not lie near.</summary>
    private int Slot(ReadOnlySpan<ulong> code)
    {
        ulong hash = 0;
        foreach (var word in code)
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        hash *= 0xD6E8FEB86659FD93;
        return (int)((hash >> 32) & (ulong)(_heads.Length - 1));
    }
}
