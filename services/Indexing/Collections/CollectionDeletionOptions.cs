using System.ComponentModel.DataAnnotations;

namespace Pipeline.Indexing.Collections;

/// <summary>How collections are deleted. Section <c>Index:Deletion</c>.</summary>
public sealed class CollectionDeletionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Index:Deletion";

    /// <summary>How often it is looked for collections that are to be deleted. 100 ms to 1 h, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long work that was under way when a deletion began may go on to write: what it left is removed once more after that, and then the name is
    /// free. 0 to 1 h, default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(30);
}
