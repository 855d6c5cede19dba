using System.Collections.Frozen;

namespace Pipeline.Evaluation;

/// <summary>Which images belong together: each file is in one group, and relevant to a query are the other files of its group.</summary>
public sealed class GroundTruth
{
    private readonly FrozenDictionary<string, string> _groupOf;
    private readonly FrozenDictionary<string, int> _groupSizes;

    private GroundTruth(IReadOnlyList<string> files, Dictionary<string, string> groupOf)
    {
        Files = files;
        _groupOf = groupOf.ToFrozenDictionary(StringComparer.Ordinal);
        _groupSizes = groupOf.Values.CountBy(group => group, StringComparer.Ordinal).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>All files, in the order of the table.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Number of groups.</summary>
    public int GroupCount => _groupSizes.Count;

    /// <summary>
    /// Reads a table of tab-separated values. The first line names the columns, among them <c>file</c> and <c>group</c> in any order and
    /// case; other columns and empty lines are passed over.
    /// </summary>
    /// <exception cref="FormatException">A column is missing, a line is too short, or a file is named twice; the message names the line.</exception>
    public static GroundTruth Read(TextReader table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var columns = table.ReadLine()?.TrimStart('\uFEFF').Split('\t').Select(name => name.Trim()).ToList()
            ?? throw new FormatException("The ground truth is empty; its first line must name the columns file and group.");
        var file = columns.FindIndex(name => name.Equals("file", StringComparison.OrdinalIgnoreCase));
        var group = columns.FindIndex(name => name.Equals("group", StringComparison.OrdinalIgnoreCase));
        if (file < 0 || group < 0)
        {
            throw new FormatException($"Line 1 names the columns '{string.Join("', '", columns)}'; file and group are needed, separated by tabs.");
        }

        var files = new List<string>();
        var groupOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 1;
        while (table.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var cells = line.Split('\t');
            if (cells.Length <= Math.Max(file, group) || cells[file].Trim().Length == 0 || cells[group].Trim().Length == 0)
            {
                throw new FormatException($"Line {number} lacks a file or a group.");
            }

            if (!groupOf.TryAdd(cells[file].Trim(), cells[group].Trim()))
            {
                throw new FormatException($"Line {number} names the file '{cells[file].Trim()}' a second time.");
            }

            files.Add(cells[file].Trim());
        }

        return new GroundTruth(files, groupOf);
    }

    /// <summary>The truth of these pairs of file and group.</summary>
    /// <exception cref="ArgumentException">A file is named twice.</exception>
    public static GroundTruth Create(IEnumerable<KeyValuePair<string, string>> groupOfFile)
    {
        ArgumentNullException.ThrowIfNull(groupOfFile);
        var files = new List<string>();
        var groupOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (file, group) in groupOfFile)
        {
            groupOf.Add(file, group);
            files.Add(file);
        }

        return new GroundTruth(files, groupOf);
    }

    /// <summary>True if the file is in the table.</summary>
    public bool Contains(string file) => _groupOf.ContainsKey(file);

    /// <summary>The file's group.</summary>
    /// <exception cref="KeyNotFoundException">The file is not in the table.</exception>
    public string GroupOf(string file) => _groupOf[file];

    /// <summary>True if both are in the same group; false also for files that are not in the table.</summary>
    public bool AreRelated(string a, string b) =>
        _groupOf.TryGetValue(a, out var group) && _groupOf.TryGetValue(b, out var other) && group == other;

    /// <summary>Number of files in the group of <paramref name="file"/>, itself included.</summary>
    /// <exception cref="KeyNotFoundException">The file is not in the table.</exception>
    public int GroupSize(string file) => _groupSizes[_groupOf[file]];
}
