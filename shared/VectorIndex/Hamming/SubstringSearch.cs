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
/// Nearly all of its time is waiting for memory, so what it needs is asked for some time before: where buckets lie, then their codes,
/// then the values of the few codes that are near enough, then their records or ids. Batches go on over steps that are taken together.
/// </remarks>
internal readonly unsafe ref struct SubstringSearch
{
    // Costs relative to each other, about as measured: what a plane of 512 codes costs a scan is 1.
    private const double ProbeCost = 60;
    private const double CandidateCost = 0.5;

    /// <summary>Buckets or codes that are dealt with together.</summary>
    private const int Batch = 256;

    /// <summary>Buckets whose codes are asked for while as many others are looked at.</summary>
    private const int Chunk = 64;

    /// <summary>Most bits that a table keeps of a code.</summary>
    private const int MaxKept = 64;

    private readonly SubstringTable[] _tables;
    private readonly CodeRecords _records;
    private readonly EqualCodes _equals;
    private readonly NearestRows _nearest;
    private readonly ReadOnlySpan<ulong> _query;

    // By place in the query's order: the table and its key.
    private readonly ReadOnlySpan<int> _order;
    private readonly ReadOnlySpan<uint> _keys;

    /// <param name="tables">The tables, whose values are the codes' ids where a code is one word, otherwise their records.</param>
    /// <param name="records">The codes of records.</param>
    /// <param name="equals">The ids of records.</param>
    /// <param name="query">The query's words.</param>
    /// <param name="order">Room for a number a table.</param>
    /// <param name="keys">Room for a key a table.</param>
    /// <param name="nearest">Receives what is found.</param>
    public SubstringSearch(
        SubstringTable[] tables,
        CodeRecords records,
        EqualCodes equals,
        ReadOnlySpan<ulong> query,
        Span<int> order,
        Span<uint> keys,
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

        _order = order;
        _keys = keys;
    }

    /// <summary>What a step is expected to cost among so many codes.</summary>
    public double Cost(int step, int codes)
    {
        var table = Table(step % _tables.Length);
        return BitChoices.Count(table.Length, step / _tables.Length) * (ProbeCost + (CandidateCost * codes / (1 << table.Length)));
    }

    /// <summary>Takes steps; false if they met so many candidates that the budget is spent.</summary>
    /// <param name="step">The first.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="budget">What they may cost, as <see cref="Cost"/> says; receives what is left.</param>
    [SkipLocalsInit]
    public bool Take(int step, int end, ref double budget)
    {
        var probes = stackalloc Probe[Batch];
        var looks = stackalloc Look[Batch + 1];
        var met = stackalloc Met[Batch];
        var distances = stackalloc short[IShortLanes.ReadAhead + 1];
        return ShortLanes512.IsSupported ? Take<ShortLanes512>(step, end, ref budget, looks, probes, met, distances)
            : ShortLanes256.IsSupported ? Take<ShortLanes256>(step, end, ref budget, looks, probes, met, distances)
            : Take<ShortLanes16>(step, end, ref budget, looks, probes, met, distances);
    }

    // By itself, as the runtime optimises no method by what it has seen of it that makes room on the stack.
    private bool Take<TLanes>(int step, int end, ref double budget, Look* looks, Probe* probes, Met* met, short* distances)
        where TLanes : struct, IShortLanes
    {
        var count = 0;
        var turned = 0;
        while (step < end)
        {
            var found = 0;
            for (var look = looks; step < end && found < Batch;)
            {
                var (bits, place) = Math.DivRem(step, _tables.Length);
                look->Table = _order[place];
                look->Step = step;
                look->Turned = bits;
                look->Kept = Table(place).Kept(_query);

                // It may have come nearer until they are compared: that shows when they are offered.
                look->Limit = Math.Min(MaxKept, _nearest.Bar) - (_query.Length == 1 ? bits : 0);
                var choices = BitChoices.Of(Table(place).Length, bits);
                var (gone, more) = Table(place).Find(_keys[place], choices.AsSpan(turned), look, probes + found, Batch - found);
                found += more;
                look += more > 0 ? 1 : 0;
                turned += gone;
                if (turned == choices.Length)
                {
                    step++;
                    turned = 0;
                }
            }

            budget -= found * ProbeCost;
            var most = (long)(budget / CandidateCost);
            var candidates = FetchCodes(probes, Math.Min(Chunk, found));
            for (var first = 0; first < found; first += Chunk)
            {
                candidates += FetchCodes(probes + first + Chunk, Math.Min(Chunk, found - first - Chunk));
                if (candidates > most)
                {
                    return false;
                }

                count = Compare<TLanes>(probes + first, Math.Min(Chunk, found - first), distances, met, count);
            }

            budget -= candidates * CandidateCost;
        }

        Offer(met, count);
        return true;
    }

    private SubstringTable Table(int place) => _tables[_order[place]];

    /// <summary>Reads where buckets lie, and begins to fetch their codes.</summary>
    /// <returns>Codes in them.</returns>
    private static long FetchCodes(Probe* probes, int count)
    {
        // First all together, as the processor waits for many reads at a time only where little lies between them.
        for (var probe = probes; probe < probes + count; probe++)
        {
            probe->ReadBucket();
        }

        long candidates = 0;
        for (var probe = probes; probe < probes + count; probe++)
        {
            candidates += probe->FetchCodes();
        }

        return candidates;
    }

    /// <summary>Collects the near codes of buckets, and offers what was collected whenever there is no room.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Compare<TLanes>(Probe* probes, int buckets, short* distances, Met* met, int count)
        where TLanes : struct, IShortLanes
    {
        for (var probe = probes; probe < probes + buckets; probe++)
        {
            probe->ReadLines();
        }

        for (var probe = probes; probe < probes + buckets; probe++)
        {
            var look = probe->Look;
            for (var first = 0; first < probe->Count; first += TLanes.Codes)
            {
                var near = TLanes.Within(probe->Codes + first, probe->Stride, look->Planes, (ushort*)&look->Kept, look->Limit, distances);

                // What is behind the last code, without a branch that could not be foreseen.
                var behind = 32 - (probe->Count - first);
                near &= uint.MaxValue >> (behind & ~(behind >> 31));
                if (near != 0)
                {
                    count = Collect<TLanes>(first, near, distances, probe, met, count);
                }
            }
        }

        return count;
    }

    /// <summary>Collects near codes of a bucket.</summary>
    /// <param name="first">The first of the codes that were compared together.</param>
    /// <param name="near">Bit i is set if what is kept of code i of these is near.</param>
    /// <param name="distances">In how many bits each of them differs.</param>
    /// <param name="probe">The bucket.</param>
    /// <param name="met">What is collected.</param>
    /// <param name="count">How much there is.</param>
    /// <returns>How much there is now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Collect<TLanes>(int first, uint near, short* distances, Probe* probe, Met* met, int count)
        where TLanes : struct, IShortLanes
    {
        var codes = probe->Codes + first;
        if (_query.Length == 1)
        {
            near = First<TLanes>(codes, near, probe);
        }

        for (; near != 0; near &= near - 1)
        {
            if (count == Batch)
            {
                Offer(met, count);
                count = 0;
            }

            var at = BitOperations.TrailingZeroCount(near);
            var place = probe->Values + first + at;
            CacheLines.Fetch(place);
            met[count++] = new Met { Place = place, Distance = probe->Look->Turned + distances[at], Step = probe->Look->Step };
        }

        return count;
    }

    /// <summary>Those of some codes of a single word that no earlier step has met.</summary>
    private uint First<TLanes>(ushort* codes, uint some, Probe* probe)
        where TLanes : struct, IShortLanes
    {
        var least = probe->Look->Turned;
        var oneMore = probe->Look->Step - (least * _tables.Length);
        var masks = _tables[probe->Look->Table].KeptMasks;
        var places = least > 0 ? _order.Length : oneMore;
        for (var place = 0; place < places && some != 0; place++)
        {
            // The step's own substring differs in as many bits as it has turned.
            if (place != oneMore)
            {
                some &= TLanes.Beyond(codes, probe->Stride, probe->Look->Kept, masks[_order[place]], place < oneMore ? least + 1 : least);
            }
        }

        return some;
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
            var ids = *met[i].Place;
            if (ids < 0)
            {
                _equals.PrefetchIds(ids);
                met[several++] = met[i] with { Value = ids };
            }
            else if (met[i].Distance <= _nearest.Bar)
            {
                _nearest.Offer(met[i].Distance, ids);
            }
        }

        for (var i = 0; i < several; i++)
        {
            if (met[i].Distance <= _nearest.Bar)
            {
                _equals.OfferIds(_nearest, met[i].Distance, met[i].Value);
            }
        }
    }

    /// <summary>Offers codes of several words, whose records tell the rest.</summary>
    private void OfferRecords(Met* met, int count)
    {
        // What each needs is asked for before the first is looked at.
        for (var i = 0; i < count; i++)
        {
            met[i].Value = *met[i].Place;
            _equals.Prefetch(met[i].Value);
            _records.Prefetch(met[i].Value);
        }

        for (var i = 0; i < count; i++)
        {
            var code = _records.Code(met[i].Value);
            var distance = CodeRecords.Distance(code, _query);
            if (distance <= _nearest.Bar && IsFirst(code, met[i].Step))
            {
                _equals.Offer(_nearest, distance, met[i].Value);
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
