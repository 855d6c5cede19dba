using System.Runtime.InteropServices;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Exact multi-index hashing (Norouzi, Punjani, Fleet, CVPR 2012): codes are cut into m substrings, each with a table. Of two
/// codes within distance r at least one pair of substrings is within r/m, so few buckets need to be looked at. Where that
/// would cost more than comparing with every code, the search does the latter, at worst after as long in vain.
/// </summary>
/// <remarks>
/// Whenever the number of tables changes, codes of one word are cut in an order of their bits that is learned from them anew (ours).
/// Equal codes are one entry, however many ids they have. A code takes about 18 + 17·m bytes beside two copies of itself.
/// </remarks>
public sealed class MultiHammingIndex : IHammingIndex
{
    /// <summary>Longest substring: its table takes 64 MiB.</summary>
    private const int MaxSubstring = 24;

    private const int MinSubstring = 8;

    /// <summary>Codes that the order of their bits is learned from, at most.</summary>
    private const int OrderSample = 4096;

    /// <summary>Growth after which the tables are tidied: what came since lies all over, a fifth at most.</summary>
    private const double ReviewGrowth = 1.25;

    private readonly FlatHammingIndex _flat;
    private readonly CodeDirectory _directory = new();
    private readonly EqualCodes _equals = new();
    private readonly Stack<int> _free = [];
    private readonly int _words;
    private readonly int _fixedTables;
    private readonly CodeRecords _records;
    private SubstringTable[] _tables;
    private BitOrder _order = new([]);
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
        _tables = SubstringTable.Cut(bits, SuitableTables());
        _records = new CodeRecords(_words);
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
        }

        var id = _free.TryPop(out var free) ? free : _idCount++;
        var before = isNew ? 0 : Value(record);
        _equals.Add(record, isNew, id);
        if (isNew)
        {
            Insert(record);
        }
        else
        {
            Replace(record, before);
        }

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

        var before = Value(record);
        if (_equals.Remove(id))
        {
            Span<ulong> words = stackalloc ulong[_words];
            Cut(record, words);
            foreach (var table in _tables)
            {
                table.Remove(words, before);
            }

            _directory.Remove(_records, record);
            _flat.Remove(record);
        }
        else
        {
            Replace(record, before);
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

    private HammingHit[] Find(ReadOnlySpan<byte> query, int capacity, int radius)
    {
        using var nearest = new NearestRows(capacity, radius);
        Span<ulong> words = stackalloc ulong[_words];
        Widen(query, words);
        Reorder(words);
        var search = new SubstringSearch(
            _tables, _records, _equals, words, stackalloc int[_tables.Length], stackalloc uint[_tables.Length], nearest);

        // What is left of the cost of comparing with every code.
        var budget = Patience * _flat.Count * Bits / HammingKernel.BlockRows;
        var worthwhile = capacity == int.MaxValue ? TakeAll(search, radius, budget) : TakeNearest(search, radius, budget, nearest);
        return worthwhile ? nearest.ToHits() : _flat.Find(new PlaneQuery(query), capacity, radius, new Buckets(_equals));
    }

    /// <summary>Takes all steps of a radius together, if they are worth it.</summary>
    private bool TakeAll(SubstringSearch search, int radius, double budget)
    {
        double ahead = 0;
        for (var step = 0; step <= radius && ahead <= budget; step++)
        {
            ahead += search.Cost(step, _flat.Count);
        }

        return ahead <= budget && search.Take(0, radius + 1, ref budget);
    }

    /// <summary>Takes one step after the other, since it is not known how many are needed, as long as each is worth it.</summary>
    private bool TakeNearest(SubstringSearch search, int radius, double budget, NearestRows nearest)
    {
        for (var step = 0; step <= radius && !(nearest.IsFull && nearest.Bar < step); step++)
        {
            if (search.Cost(step, _flat.Count) > budget || !search.Take(step, step + 1, ref budget))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// What the tables say of a record: the ids, where they keep the whole code, and otherwise the record, by which that is found.
    /// </summary>
    private int Value(int record) => _words == 1 ? _equals.Ids(record) : record;

    /// <summary>Brings the tables up to date with a record.</summary>
    private void Replace(int record, int before)
    {
        var value = Value(record);
        if (value != before)
        {
            Span<ulong> words = stackalloc ulong[_words];
            Cut(record, words);
            foreach (var table in _tables)
            {
                table.Replace(words, before, value);
            }
        }
    }

    /// <summary>Cuts the codes anew where their number asks for it, and otherwise only tidies the tables.</summary>
    private void Review()
    {
        var tables = SuitableTables();
        _reviewAt = Math.Max(256, (int)Math.Min(int.MaxValue, _flat.Count * ReviewGrowth));
        if (tables != _tables.Length)
        {
            _tables = SubstringTable.Cut(Bits, tables);
            if (_words == 1)
            {
                _order = LearnOrder();
            }

            foreach (var record in _flat.Ids)
            {
                Insert(record);
            }
        }

        foreach (var table in _tables)
        {
            table.Compact();
        }
    }

    private void Insert(int record)
    {
        Span<ulong> words = stackalloc ulong[_words];
        Cut(record, words);
        foreach (var table in _tables)
        {
            table.Add(words, Value(record));
        }
    }

    /// <summary>The words of a record as the tables cut them.</summary>
    private void Cut(int record, Span<ulong> words)
    {
        _records.Code(record).CopyTo(words);
        Reorder(words);
    }

    /// <summary>Brings the bits into the order in which they are cut; codes of several words keep theirs.</summary>
    private void Reorder(Span<ulong> words)
    {
        if (words.Length == 1)
        {
            words[0] = _order.Apply(words[0]);
        }
    }

    private BitOrder LearnOrder()
    {
        var step = 1 + (_flat.Count / OrderSample);
        ulong[] sample = [.. _flat.Ids.Where((_, i) => i % step == 0).Select(record => _records.Code(record)[0])];
        return BitOrder.Learn(sample, _tables.Select(table => table.Length).ToArray());
    }

    /// <summary>
    /// Substrings of about log₂ n − 4 bits: some sixteen codes a bucket. That is more than the paper's one, since codes that
    /// lie side by side are compared many times faster than another bucket is found.
    /// </summary>
    private int SuitableTables()
    {
        var length = Math.Clamp(Math.Log2(Math.Max(1, _flat.Count)) - 4, MinSubstring, MaxSubstring);
        var tables = Math.Max((int)Math.Round(Bits / length), (Bits + MaxSubstring - 1) / MaxSubstring);
        return _fixedTables > 0 ? _fixedTables : tables;
    }

    private static void Widen(ReadOnlySpan<byte> code, Span<ulong> words)
    {
        words[^1] = 0;
        code.CopyTo(MemoryMarshal.AsBytes(words));
    }

    private readonly struct Buckets(EqualCodes equals) : IBuckets
    {
        public static bool InOrder => false;

        public void Offer(NearestRows nearest, int distance, int row) => equals.Offer(nearest, distance, row);
    }
}
