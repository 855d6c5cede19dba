using System.Numerics;
using System.Runtime.CompilerServices;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// One search of the tables, step by step: step R looks in table R mod m for substrings that differ in exactly R/m bits,
/// after which every code within R has been met. The tables are taken in an order of the query's own, beginning with the one
/// that has the fewest codes with its substring: the first ones are searched the furthest.
/// </summary>
/// <remarks>
/// Nearly all of its time is waiting for memory, so what it needs is asked for in batches, a stage ahead: buckets, then the
/// records of the few codes that are near enough, then their ids.
/// </remarks>
internal readonly ref struct SubstringSearch
{
    // Costs relative to each other, about as measured: what a plane of 512 codes costs a scan is 1.
    private const double ProbeCost = 60;
    private const double CandidateCost = 0.5;

    /// <summary>What is under way together.</summary>
    private const int Batch = 64;

    private readonly SubstringTable[] _tables;
    private readonly CodeRecords _records;
    private readonly EqualCodes _equals;
    private readonly NearestRows _nearest;
    private readonly ReadOnlySpan<ulong> _query;
    private readonly ReadOnlySpan<uint> _keys;
    private readonly ReadOnlySpan<int> _order;

    /// <param name="tables">The tables.</param>
    /// <param name="records">The codes in them.</param>
    /// <param name="equals">Their ids.</param>
    /// <param name="query">The query's words.</param>
    /// <param name="keys">Room for a key a table.</param>
    /// <param name="order">Room for a number a table.</param>
    /// <param name="nearest">Receives what is found.</param>
    public SubstringSearch(
        SubstringTable[] tables,
        CodeRecords records,
        EqualCodes equals,
        ReadOnlySpan<ulong> query,
        Span<uint> keys,
        Span<int> order,
        NearestRows nearest)
    {
        (_tables, _records, _equals, _nearest) = (tables, records, equals, nearest);
        _query = query;
        for (var t = 0; t < keys.Length; t++)
        {
            keys[t] = tables[t].Key(query);
            order[t] = t;
            for (var i = t; i > 0 && Count(order[i], keys) < Count(order[i - 1], keys); i--)
            {
                (order[i], order[i - 1]) = (order[i - 1], order[i]);
            }
        }

        _keys = keys;
        _order = order;
    }

    /// <summary>What a step is expected to cost among so many codes.</summary>
    public double Cost(int step, int codes)
    {
        var table = _tables[_order[step % _tables.Length]];
        return table.Probes(step / _tables.Length) * (ProbeCost + (CandidateCost * codes / (1 << table.Length)));
    }

    /// <summary>Takes a step; false if it met so many candidates that the budget is spent.</summary>
    [SkipLocalsInit]
    public bool Step(int step, ref double budget)
    {
        var (ordinal, weight) = (_order[step % _tables.Length], step / _tables.Length);
        var table = _tables[ordinal];
        if (weight > table.Length)
        {
            return true;
        }

        Span<uint> work = stackalloc uint[Batch];
        Span<Bucket> buckets = stackalloc Bucket[Batch];
        Span<Met> met = stackalloc Met[Batch];
        var flips = (1u << weight) - 1;
        do
        {
            var count = 0;
            var found = table.LookUp(_keys[ordinal], ref flips, work, buckets);
            budget -= found * ProbeCost;
            foreach (var bucket in buckets[..found])
            {
                budget -= bucket.Count * CandidateCost;
                if (budget < 0)
                {
                    return false;
                }

                count = Compare(table, bucket, step, met, count);
            }

            Offer(table, step, met[..count]);
        }
        while (flips < 1u << table.Length);

        return true;
    }

    private int Count(int table, ReadOnlySpan<uint> keys) => _tables[table].Count(keys[table]);

    /// <summary>Collects the near codes of a bucket, and offers what was collected whenever there is no room.</summary>
    private unsafe int Compare(SubstringTable table, Bucket bucket, int step, Span<Met> met, int count)
    {
        var kept = _query[table.KeptWord];
        fixed (ulong* words = table.Words(bucket))
        {
            for (var first = 0; first < bucket.Count; first += 64)
            {
                var near = WordDistance.Within(words + first, Math.Min(64, bucket.Count - first), kept, _nearest.Bar);
                for (; near != 0; near &= near - 1)
                {
                    var at = first + BitOperations.TrailingZeroCount(near);
                    var difference = words[at] ^ kept;
                    if (_query.Length == 1 && !IsFirst(difference, step))
                    {
                        continue;
                    }

                    if (count == met.Length)
                    {
                        Offer(table, step, met);
                        count = 0;
                    }

                    table.PrefetchRecord(bucket.Start + at);
                    met[count++] = new Met(bucket.Start + at, BitOperations.PopCount(difference));
                }
            }
        }

        return count;
    }

    private void Offer(SubstringTable table, int step, Span<Met> met)
    {
        foreach (ref var one in met)
        {
            var record = table.Record(one.Place);
            one = one with { Place = record };
            if (_query.Length > 1)
            {
                _records.Prefetch(record);
            }

            _equals.Prefetch(record);
        }

        foreach (var (place, word) in met)
        {
            var (record, distance) = (place, word);
            if (_query.Length > 1)
            {
                var code = _records.Code(record);
                distance = Distance(code);
                if (distance > _nearest.Bar || !IsFirst(code, step))
                {
                    continue;
                }
            }

            _equals.Offer(_nearest, distance, record);
        }
    }

    private int Distance(ReadOnlySpan<ulong> code)
    {
        var distance = 0;
        for (var j = 0; j < _query.Length; j++)
        {
            distance += BitOperations.PopCount(code[j] ^ _query[j]);
        }

        return distance;
    }

    /// <summary>Whether no earlier step has met the code of a single word that differs from the query so.</summary>
    private bool IsFirst(ulong difference, int step)
    {
        for (var i = 0; i < _order.Length; i++)
        {
            if ((BitOperations.PopCount(difference & _tables[_order[i]].WordMask) * _order.Length) + i < step)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether no earlier step has met the code.</summary>
    private bool IsFirst(ReadOnlySpan<ulong> code, int step)
    {
        for (var i = 0; i < _order.Length; i++)
        {
            var t = _order[i];
            if ((BitOperations.PopCount(_tables[t].Key(code) ^ _keys[t]) * _order.Length) + i < step)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A code that may be a hit.</summary>
    /// <param name="Place">Where its record is, later the record.</param>
    /// <param name="Distance">The kept word's distance.</param>
    private readonly record struct Met(int Place, int Distance);
}
