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
/// Nearly all of its time is waiting for memory, so what it needs is asked for some time before: where buckets lie, then their words,
/// then the values of the few codes that are near enough, then their records or ids. Batches go on over steps that are taken together.
/// </remarks>
internal readonly unsafe ref struct SubstringSearch
{
    // Costs relative to each other, about as measured: what a plane of 512 codes costs a scan is 1.
    private const double ProbeCost = 60;
    private const double CandidateCost = 0.5;

    /// <summary>Buckets or codes that are dealt with together.</summary>
    private const int Batch = 256;

    /// <summary>Buckets whose words are asked for before the first is looked at.</summary>
    private const int Ahead = 16;

    /// <summary>
    /// Buckets of which it is asked where they lie before the first is looked at. Not all at once: the processor waits where more is
    /// asked for than it can keep in mind.
    /// </summary>
    private const int FarAhead = 32;

    private readonly SubstringTable[] _tables;
    private readonly CodeRecords _records;
    private readonly EqualCodes _equals;
    private readonly NearestRows _nearest;
    private readonly ReadOnlySpan<ulong> _query;

    // By place in the query's order: the table, its key, its bits in the word of a code that has but one.
    private readonly ReadOnlySpan<int> _order;
    private readonly ReadOnlySpan<uint> _keys;
    private readonly ReadOnlySpan<ulong> _masks;

    // By table: what its kept words are compared with.
    private readonly ReadOnlySpan<ulong> _kept;

    /// <param name="tables">The tables, whose values are the codes' ids where a code is one word, otherwise their records.</param>
    /// <param name="records">The codes of records.</param>
    /// <param name="equals">The ids of records.</param>
    /// <param name="query">The query's words.</param>
    /// <param name="order">Room for a number a table.</param>
    /// <param name="keys">Room for a key a table.</param>
    /// <param name="masks">Room for a word a table.</param>
    /// <param name="kept">Room for a word a table.</param>
    /// <param name="nearest">Receives what is found.</param>
    public SubstringSearch(
        SubstringTable[] tables,
        CodeRecords records,
        EqualCodes equals,
        ReadOnlySpan<ulong> query,
        Span<int> order,
        Span<uint> keys,
        Span<ulong> masks,
        Span<ulong> kept,
        NearestRows nearest)
    {
        (_tables, _records, _equals, _nearest) = (tables, records, equals, nearest);
        _query = query;
        for (var t = 0; t < tables.Length; t++)
        {
            var key = tables[t].Key(query);
            var count = tables[t].Count(key);
            var i = t;
            for (; i > 0 && count < tables[order[i - 1]].Count(keys[i - 1]); i--)
            {
                (order[i], keys[i]) = (order[i - 1], keys[i - 1]);
            }

            (order[i], keys[i]) = (t, key);
        }

        for (var i = 0; i < masks.Length; i++)
        {
            masks[i] = tables[order[i]].WordMask;
            kept[i] = query[tables[i].KeptWord];
        }

        _order = order;
        _keys = keys;
        _masks = masks;
        _kept = kept;
    }

    /// <summary>What a step is expected to cost among so many codes.</summary>
    public double Cost(int step, int codes)
    {
        var table = Table(step % _tables.Length);
        return table.Probes(step / _tables.Length) * (ProbeCost + (CandidateCost * codes / (1 << table.Length)));
    }

    /// <summary>Takes steps; false if they met so many candidates that the budget is spent.</summary>
    /// <param name="step">The first.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="budget">What they may cost, as <see cref="Cost"/> says; receives what is left.</param>
    [SkipLocalsInit]
    public bool Take(int step, int end, ref double budget)
    {
        var probes = stackalloc Probe[Batch];
        var met = stackalloc Met[Batch];
        return WordLanes512.IsSupported ? Take<WordLanes512>(step, end, ref budget, probes, met)
            : WordLanes256.IsSupported ? Take<WordLanes256>(step, end, ref budget, probes, met)
            : Take<WordLanes64>(step, end, ref budget, probes, met);
    }

    // By itself, as the runtime optimises no method by what it has seen of it that makes room on the stack.
    private bool Take<TLanes>(int step, int end, ref double budget, Probe* probes, Met* met)
        where TLanes : struct, IWordLanes
    {
        var count = 0;
        var place = step % _tables.Length;
        var flips = FirstFlips(step);
        while (step < end)
        {
            var found = 0;
            while (step < end && found < Batch)
            {
                var table = Table(place);
                found += table.Find(
                    _keys[place], ref flips, new Probe { Table = _order[place], Step = step }, probes + found, Batch - found);
                if (flips >> table.Length != 0)
                {
                    flips = FirstFlips(++step);
                    place = place + 1 < _tables.Length ? place + 1 : 0;
                }
            }

            for (var i = 0; i < Math.Min(FarAhead, found); i++)
            {
                probes[i].FetchBucket();
            }

            long candidates = 0;
            for (var i = 0; i < Math.Min(Ahead, found); i++)
            {
                candidates += probes[i].FetchWords();
            }

            budget -= found * ProbeCost;
            var most = (long)(budget / CandidateCost);
            for (var i = 0; i < found; i++)
            {
                if (i + FarAhead < found)
                {
                    probes[i + FarAhead].FetchBucket();
                }

                if (i + Ahead < found)
                {
                    candidates += probes[i + Ahead].FetchWords();
                }

                if (candidates > most)
                {
                    return false;
                }

                count = Compare<TLanes>(probes + i, met, count);
            }

            budget -= candidates * CandidateCost;
        }

        Offer(met, count);
        return true;
    }

    private SubstringTable Table(int place) => _tables[_order[place]];

    /// <summary>The first choice of bits to turn in a step; beyond any substring if that is shorter.</summary>
    private uint FirstFlips(int step) => (1u << Math.Min(step / _tables.Length, SubstringTable.MaxLength + 1)) - 1;

    /// <summary>Collects the near codes of a bucket, and offers what was collected whenever there is no room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Compare<TLanes>(Probe* probe, Met* met, int count)
        where TLanes : struct, IWordLanes
    {
        var kept = _kept[probe->Table];
        for (var first = 0; first < probe->Count; first += 64)
        {
            var words = probe->Words + first;
            var length = Math.Min(64, probe->Count - first);
            ulong near = 0;
            for (var i = 0; i < length; i += TLanes.Words)
            {
                near |= (ulong)TLanes.Within(words + i, kept, _nearest.Bar) << i;
            }

            near &= ulong.MaxValue >> (64 - length);
            if (near != 0)
            {
                count = Collect<TLanes>(first, near, probe, met, count);
            }
        }

        return count;
    }

    /// <summary>Collects near codes of a bucket.</summary>
    /// <param name="first">The first of the up to 64 codes that were compared together.</param>
    /// <param name="near">Bit i is set if the kept word of code i of these is near.</param>
    /// <param name="probe">The bucket.</param>
    /// <param name="met">What is collected.</param>
    /// <param name="count">How much there is.</param>
    /// <returns>How much there is now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Collect<TLanes>(int first, ulong near, Probe* probe, Met* met, int count)
        where TLanes : struct, IWordLanes
    {
        var table = _tables[probe->Table];
        var kept = _kept[probe->Table];
        var words = probe->Words + first;
        if (_query.Length == 1)
        {
            near &= First<TLanes>(words, near, kept, probe->Step);
        }

        for (; near != 0; near &= near - 1)
        {
            if (count == Batch)
            {
                Offer(met, count);
                count = 0;
            }

            var at = BitOperations.TrailingZeroCount(near);
            var place = probe->Start + first + at;
            table.PrefetchValue(place);
            met[count++] = new Met(place, BitOperations.PopCount(words[at] ^ kept), probe->Table, probe->Step);
        }

        return count;
    }

    /// <summary>Those of some codes of a single word that no earlier step has met.</summary>
    private ulong First<TLanes>(ulong* words, ulong some, ulong query, int step)
        where TLanes : struct, IWordLanes
    {
        var (least, oneMore) = Math.DivRem(step, _tables.Length);
        ulong isFirst = 0;
        while (some != 0)
        {
            var i = BitOperations.TrailingZeroCount(some) / TLanes.Words * TLanes.Words;
            isFirst |= (ulong)TLanes.Beyond(words + i, query, _masks, least, oneMore) << i;
            some &= ~(((1UL << TLanes.Words) - 1) << i);
        }

        return isFirst;
    }

    private void Offer(Met* met, int count)
    {
        if (_query.Length > 1)
        {
            OfferRecords(met, count);
            return;
        }

        // Single ids at once, as far as the bar has not come nearer since; of several it is asked first where they lie.
        var several = 0;
        for (var i = 0; i < count; i++)
        {
            var (place, distance, table, step) = met[i];
            var ids = _tables[table].Value(place);
            if (ids < 0)
            {
                _equals.PrefetchIds(ids);
                met[several++] = new Met(ids, distance, table, step);
            }
            else if (distance <= _nearest.Bar)
            {
                _nearest.Offer(distance, ids);
            }
        }

        for (var i = 0; i < several; i++)
        {
            if (met[i].Distance <= _nearest.Bar)
            {
                _equals.OfferIds(_nearest, met[i].Distance, met[i].Place);
            }
        }
    }

    /// <summary>Offers codes of several words, whose records tell the rest.</summary>
    private void OfferRecords(Met* met, int count)
    {
        // What each needs is asked for before the first is looked at.
        for (var i = 0; i < count; i++)
        {
            met[i] = met[i] with { Place = _tables[met[i].Table].Value(met[i].Place) };
            _equals.Prefetch(met[i].Place);
            _records.Prefetch(met[i].Place);
        }

        for (var i = 0; i < count; i++)
        {
            var code = _records.Code(met[i].Place);
            var distance = CodeRecords.Distance(code, _query);
            if (distance <= _nearest.Bar && IsFirst(code, met[i].Step))
            {
                _equals.Offer(_nearest, distance, met[i].Place);
            }
        }
    }

    /// <summary>Whether no earlier step has met the code.</summary>
    private bool IsFirst(ReadOnlySpan<ulong> code, int step)
    {
        for (var i = 0; i < _order.Length; i++)
        {
            if ((BitOperations.PopCount(Table(i).Key(code) ^ _keys[i]) * _order.Length) + i < step)
            {
                return false;
            }
        }

        return true;
    }
}
