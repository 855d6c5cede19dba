namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// An immutable set of rows: what a snapshot shows. A successor shares every page that did not change, so publishing a
/// write costs a few kilobytes however large the collection.
/// </summary>
internal sealed class LiveRows
{
    private const int PageWords = 512;
    private const int PageRows = PageWords * Rows.PerWord;

    private readonly ulong[][] _pages;

    private LiveRows(ulong[][] pages, int count, int rowCount)
    {
        _pages = pages;
        Count = count;
        RowCount = rowCount;
    }

    public static LiveRows Empty { get; } = new([], 0, 0);

    /// <summary>Number of rows in the set.</summary>
    public int Count { get; }

    /// <summary>All rows of the set are below this.</summary>
    public int RowCount { get; }

    public bool Contains(int row) =>
        row < RowCount && (_pages[row / PageRows][Rows.Word(row % PageRows)] & Rows.Bit(row)) != 0;

    /// <summary>Copies the set's words; <paramref name="mask"/> has room for all rows below <see cref="RowCount"/>, in whole chunks.</summary>
    public void CopyTo(Span<ulong> mask)
    {
        for (var page = 0; page < _pages.Length && !mask.IsEmpty; page++)
        {
            var length = Math.Min(PageWords, mask.Length);
            _pages[page].AsSpan(0, length).CopyTo(mask);
            mask = mask[length..];
        }

        mask.Clear();
    }

    public Editor Edit() => new(this);

    /// <summary>Collects changes; copies each page at its first change.</summary>
    internal sealed class Editor(LiveRows origin)
    {
        private ulong[][] _pages = (ulong[][])origin._pages.Clone();
        private readonly HashSet<int> _own = [];
        private int _count = origin.Count;
        private int _rowCount = origin.RowCount;

        public void Add(int row)
        {
            ref var word = ref OwnPage(row)[Rows.Word(row % PageRows)];
            _count += (word & Rows.Bit(row)) == 0 ? 1 : 0;
            word |= Rows.Bit(row);
            _rowCount = Math.Max(_rowCount, row + 1);
        }

        public void Remove(int row)
        {
            ref var word = ref OwnPage(row)[Rows.Word(row % PageRows)];
            _count -= (word & Rows.Bit(row)) != 0 ? 1 : 0;
            word &= ~Rows.Bit(row);
        }

        public LiveRows Build() => new(_pages, _count, _rowCount);

        private ulong[] OwnPage(int row)
        {
            var page = row / PageRows;
            if (page >= _pages.Length)
            {
                var before = _pages.Length;
                Array.Resize(ref _pages, page + 1);
                for (var p = before; p <= page; p++)
                {
                    _pages[p] = new ulong[PageWords];
                    _own.Add(p);
                }
            }
            else if (_own.Add(page))
            {
                _pages[page] = (ulong[])_pages[page].Clone();
            }

            return _pages[page];
        }
    }
}
