using System.Diagnostics.CodeAnalysis;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// Multi-index hashing over the rows of a code column that have a code, whatever snapshots show them: a superset of what any reader
/// may see, as codes are added before their rows are published and removed only after the last reader has left. Made by the first
/// search that asks for it; from then on every write keeps it up to date.
/// </summary>
/// <param name="column">The column.</param>
[SuppressMessage("Design", "CA1001", Justification = "Collections are never closed; the lock holds handles only where threads waited, and these free themselves.")]
internal sealed class CodeTables(CodeColumn column)
{
    private readonly ReaderWriterLockSlim _lock = new();

    // Null until the first search. What the index calls a code, by row and the other way round; −1 for none.
    private MultiHammingIndex? _index;
    private int[] _codeOf = [];
    private int[] _rowOf = [];

    /// <summary>The rows within a distance, nearest first.</summary>
    /// <param name="code">The query, in whole bytes.</param>
    /// <param name="radius">Greatest distance in bits, at least 0.</param>
    /// <param name="maxThreads">Most threads where comparing with every code is cheapest; the first search decides.</param>
    /// <returns>Rows instead of ids.</returns>
    public HammingHit[] Search(ReadOnlySpan<byte> code, int radius, int maxThreads)
    {
        Build(maxThreads);
        _lock.EnterReadLock();
        try
        {
            var hits = _index!.SearchRadius(code, radius);
            foreach (ref var hit in hits.AsSpan())
            {
                hit = hit with { Id = _rowOf[hit.Id] };
            }

            return hits;
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>Takes in a row that is present from now on.</summary>
    public void Add(int row)
    {
        _lock.EnterWriteLock();
        try
        {
            if (_index is not null)
            {
                Insert(_index, row);
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Leaves rows out that are not present any more.</summary>
    public void Remove(IEnumerable<int> rows)
    {
        _lock.EnterWriteLock();
        try
        {
            foreach (var row in rows)
            {
                if (_index is not null && row < _codeOf.Length && _codeOf[row] >= 0)
                {
                    _index.Remove(_codeOf[row]);
                    _codeOf[row] = -1;
                }
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private void Build(int maxThreads)
    {
        if (Volatile.Read(ref _index) is not null)
        {
            return;
        }

        _lock.EnterWriteLock();
        try
        {
            if (_index is null)
            {
                // Rows that appear or vanish meanwhile: the writer tells of each after its presence has changed, and waits here.
                var index = new MultiHammingIndex(column.Codes.Planes, maxThreads);
                foreach (var row in column.PresentRows())
                {
                    Insert(index, row);
                }

                Volatile.Write(ref _index, index);
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private void Insert(MultiHammingIndex index, int row)
    {
        Ensure(ref _codeOf, row);
        if (_codeOf[row] >= 0)
        {
            return; // found present when the index was made
        }

        Span<byte> code = stackalloc byte[column.Codes.Planes / 8];
        column.Codes.Read(row, code);
        var id = index.Add(code);
        Ensure(ref _rowOf, id);
        (_codeOf[row], _rowOf[id]) = (id, row);
    }

    private static void Ensure(ref int[] values, int index)
    {
        var before = values.Length;
        if (index >= before)
        {
            Array.Resize(ref values, Math.Max(index + 1, before * 2));
            values.AsSpan(before).Fill(-1);
        }
    }
}
