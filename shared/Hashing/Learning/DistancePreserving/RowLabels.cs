namespace Pipeline.Hashing.Learning;

/// <summary>Labels of rows, for supervised learning: equal ones bring rows nearer, different ones take them apart. (Ours.)</summary>
internal sealed class RowLabels
{
    private const float Alike = 0.5f;
    private const float Different = 1.25f;
    private readonly int?[] _labels;
    private readonly Dictionary<int, int[]> _rowsOf;

    /// <exception cref="ArgumentException">There is not one label, or null, for each row.</exception>
    public RowLabels(IReadOnlyList<int?> labels, int rows)
    {
        if (labels.Count != rows)
        {
            throw new ArgumentException($"{labels.Count} labels for {rows} rows.", nameof(labels));
        }

        _labels = [.. labels];
        _rowsOf = Enumerable.Range(0, rows).Where(row => _labels[row] is not null).GroupBy(row => _labels[row]!.Value)
            .ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>What the distance of two rows is multiplied by; 1 where a label is missing.</summary>
    public float Factor(int first, int second) => (_labels[first], _labels[second]) switch
    {
        (null, _) or (_, null) => 1,
        var (x, y) => x == y ? Alike : Different,
    };

    /// <summary>The other rows of a row's label; null if it has no label or is alone.</summary>
    public int[]? Relevant(int row) =>
        _labels[row] is { } label && _rowsOf[label].Length > 1 ? [.. _rowsOf[label].Where(other => other != row)] : null;
}
