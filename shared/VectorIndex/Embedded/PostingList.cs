namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// An append-only list of postings. Readers take a <see cref="Slice"/> under the collection's gate and read it without one:
/// what they hold never changes, because appending writes behind it and removal makes a new array.
/// </summary>
internal sealed class PostingList<T>
{
    private T[] _items = new T[4];
    private int _count;

    public int Count => _count;

    public PostingSlice<T> Slice => new(_items, _count);

    public void Append(T posting)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _items[_count++] = posting;
    }

    /// <summary>Keeps the postings that <paramref name="keep"/> accepts.</summary>
    public void Rewrite(Func<T, bool> keep)
    {
        var kept = new T[Math.Max(4, _count)];
        var count = 0;
        foreach (var posting in _items.AsSpan(0, _count))
        {
            if (keep(posting))
            {
                kept[count++] = posting;
            }
        }

        _items = kept;
        _count = count;
    }
}

/// <summary>The postings of a list at one moment.</summary>
internal readonly record struct PostingSlice<T>(T[] Items, int Count)
{
    public static PostingSlice<T> Empty => new([], 0);

    public ReadOnlySpan<T> Span => Items.AsSpan(0, Count);
}
