using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Exact multi-index hashing (Norouzi, Punjani, Fleet, CVPR 2012): codes are cut into m substrings, each with a table. Of two
/// codes within distance r at least one pair of substrings is within r/m, so few chains need to be looked at. Where that
/// would cost more than comparing with every code, the search does the latter: it is never much slower.
/// </summary>
/// <remarks>
/// Equal codes are one entry, however many ids they have. About 12 + 8·m bytes a code come on top of the two copies of
/// the codes themselves.
/// </remarks>
public sealed class MultiHammingIndex : IHammingIndex
{
    /// <summary>Longest substring: its table takes 64 MiB.</summary>
    private const int MaxSubstring = 24;

    private const int MinSubstring = 8;

    // Costs relative to each other, measured: what a plane of 512 codes costs a scan is 1.
    private const double ProbeCost = 1;
    private const double CandidateCost = 4;

    private readonly FlatHammingIndex _flat;
    private readonly CodeDirectory _directory = new();
    private readonly EqualCodes _equals = new();
    private readonly Stack<int> _free = [];
    private readonly int _words;
    private readonly int _fixedTables;
    private CodeRecords _records;
    private SubstringTable[] _tables;
    private int _idCount;
    private int _reviewAt;

    /// <summary>Makes an empty index.</summary>
    /// <param name="bits">Length of the codes: a multiple of 8 up to 65,536.</param>
    /// <param name="maxThreads">Most threads of one search where it compares with every code; 0: one for each core.</param>
    /// <param name="tables">Number m of tables, each for 1 to 24 bits; 0: as suits the number of codes, adapted as it grows.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public MultiHammingIndex(int bits, int maxThreads = 0, int tables = 0)
    {
        _flat = new FlatHammingIndex(bits, maxThreads);
        if (tables != 0 && (tables < (bits + MaxSubstring - 1) / MaxSubstring || tables > bits))
        {
            throw new ArgumentException($"{tables} tables for {bits} bits: substrings have 1 to {MaxSubstring}.", nameof(tables));
        }

        _words = (bits + 63) / 64;
        _fixedTables = tables;
        (_records, _tables) = Create(SuitableTables());
    }

    /// <inheritdoc/>
    public int Bits => _flat.Bits;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Number m of tables at the moment.</summary>
    public int Tables => _tables.Length;

    /// <summary>How much a search may cost before it compares with every code, in terms of that.</summary>
    internal double Patience { get; init; } = 1;

    /// <inheritdoc/>
    public int Add(ReadOnlySpan<byte> code)
    {
        CodeLength.ThrowIfNot(Bits, code.Length);
        Span<ulong> words = stackalloc ulong[_words];
        Widen(code, words);
        var record = _directory.Find(_records, words);
        var isNew = record < 0;
        if (isNew)
        {
            record = _flat.Add(code);
            _records.Ensure(record);
            words.CopyTo(_records.Code(record));
            _directory.Add(_records, record);
            foreach (var table in _tables)
            {
                table.Add(_records, record);
            }
        }

        var id = _free.TryPop(out var free) ? free : _idCount++;
        _equals.Add(record, isNew, id);
        Count++;
        if (_flat.Count >= _reviewAt)
        {
            Review();
        }

        return id;
    }

    /// <inheritdoc/>
    public bool Remove(int id)
    {
        var record = _equals.RecordOf(id);
        if (record < 0)
        {
            return false;
        }

        if (_equals.Remove(id))
        {
            foreach (var table in _tables)
            {
                table.Remove(_records, record);
            }

            _directory.Remove(_records, record);
            _flat.Remove(record);
        }

        _free.Push(id);
        Count--;
        return true;
    }

    /// <inheritdoc/>
    public HammingHit[] Search(ReadOnlySpan<byte> query, int limit)
    {
        CodeLength.ThrowIfNot(Bits, query.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Find(query, Math.Min(limit, Math.Max(1, Count)), Bits);
    }

    /// <inheritdoc/>
    public HammingHit[] SearchRadius(ReadOnlySpan<byte> query, int radius)
    {
        CodeLength.ThrowIfNot(Bits, query.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        return Find(query, int.MaxValue, Math.Min(radius, Bits));
    }

    /// <summary>
    /// Grows the radius by one step a table: step R looks at table R mod m for substrings that differ in exactly R/m bits,
    /// after which every code within R has been met.
    /// </summary>
    private HammingHit[] Find(ReadOnlySpan<byte> query, int capacity, int radius)
    {
        using var nearest = new NearestRows(capacity, radius);
        Span<ulong> words = stackalloc ulong[_words];
        Widen(query, words);
        Span<uint> keys = stackalloc uint[_tables.Length];
        for (var t = 0; t < keys.Length; t++)
        {
            keys[t] = _tables[t].Key(words);
        }

        // What is left of the cost of comparing with every code.
        var budget = Patience * _flat.Count * Bits / Kernels.HammingKernel.BlockRows;
        if (capacity == int.MaxValue && ProbesWithin(radius) * ProbeCost > budget)
        {
            budget = -1;
        }

        for (var step = 0; step <= radius && !(nearest.IsFull && nearest.Bar < step); step++)
        {
            var table = _tables[step % _tables.Length];
            budget -= table.Probes(step / _tables.Length) * ProbeCost;
            if (budget < 0 || !Probe(words, keys, step, nearest, ref budget))
            {
                return _flat.Find(new PlaneQuery(query), capacity, radius, new Buckets(_equals));
            }
        }

        return nearest.ToHits();
    }

    /// <summary>One step; false if it met so many candidates that the budget is spent.</summary>
    private bool Probe(ReadOnlySpan<ulong> query, ReadOnlySpan<uint> keys, int step, NearestRows nearest, ref double budget)
    {
        var (ordinal, weight) = (step % _tables.Length, step / _tables.Length);
        var table = _tables[ordinal];
        if (weight > table.Length)
        {
            return true;
        }

        var candidates = 0;
        var most = (int)Math.Min(budget / CandidateCost, int.MaxValue);
        var end = 1u << table.Length;
        for (var flips = (1u << weight) - 1; flips < end; flips = SubstringTable.NextOfWeight(flips))
        {
            for (var record = table.First(keys[ordinal] ^ flips); record >= 0; record = _records.Next(record, ordinal))
            {
                if (++candidates > most)
                {
                    return false;
                }

                var distance = _records.Distance(record, query);
                if (distance <= nearest.Bar && IsFirst(_records.Code(record), keys, step))
                {
                    Offer(nearest, _equals, distance, record);
                }
            }

            if (flips == 0)
            {
                break;
            }
        }

        budget -= candidates * CandidateCost;
        return true;
    }

    /// <summary>Whether no earlier step has met the code.</summary>
    private bool IsFirst(ReadOnlySpan<ulong> code, ReadOnlySpan<uint> keys, int step)
    {
        for (var t = 0; t < keys.Length; t++)
        {
            if ((BitOperations.PopCount(_tables[t].Key(code) ^ keys[t]) * keys.Length) + t < step)
            {
                return false;
            }
        }

        return true;
    }

    private double ProbesWithin(int radius)
    {
        double probes = 0;
        for (var step = 0; step <= radius; step++)
        {
            probes += _tables[step % _tables.Length].Probes(step / _tables.Length);
        }

        return probes;
    }

    /// <summary>Cuts the codes anew where their number asks for it.</summary>
    private void Review()
    {
        var tables = SuitableTables();
        _reviewAt = Math.Max(256, _flat.Count * 2);
        if (tables == _tables.Length)
        {
            return;
        }

        var before = _records;
        (_records, _tables) = Create(tables);
        foreach (var record in _flat.Ids)
        {
            _records.Ensure(record);
            before.Code(record).CopyTo(_records.Code(record));
            foreach (var table in _tables)
            {
                table.Add(_records, record);
            }
        }
    }

    /// <summary>Substrings of about log₂ n bits: about one code a chain.</summary>
    private int SuitableTables()
    {
        var length = Math.Clamp(Math.Log2(Math.Max(1, _flat.Count)), MinSubstring, MaxSubstring);
        var tables = Math.Max((int)Math.Round(Bits / length), (Bits + MaxSubstring - 1) / MaxSubstring);
        return _fixedTables > 0 ? _fixedTables : tables;
    }

    private (CodeRecords Records, SubstringTable[] Tables) Create(int count)
    {
        var tables = new SubstringTable[count];
        for (int t = 0, first = 0; t < count; t++)
        {
            // Lengths that differ by one at most.
            var length = (Bits - first) / (count - t);
            tables[t] = new SubstringTable(t, first, length);
            first += length;
        }

        return (new CodeRecords(_words, count), tables);
    }

    private static void Widen(ReadOnlySpan<byte> code, Span<ulong> words)
    {
        words[^1] = 0;
        code.CopyTo(MemoryMarshal.AsBytes(words));
    }

    private static void Offer(NearestRows nearest, EqualCodes equals, int distance, int record)
    {
        for (var id = equals.First(record); id >= 0 && distance <= nearest.Bar; id = equals.Next(id))
        {
            nearest.Offer(distance, id);
        }
    }

    private readonly struct Buckets(EqualCodes equals) : IBuckets
    {
        public static bool InOrder => false;

        public void Offer(NearestRows nearest, int distance, int row) => MultiHammingIndex.Offer(nearest, equals, distance, row);
    }
}
