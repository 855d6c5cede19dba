using System.ComponentModel.DataAnnotations;
using Pipeline.Catalog;

namespace Pipeline.Indexing.Collections;

/// <summary>How images are deleted whose collection says that they are too old. Section <c>Index:Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Index:Retention";

    /// <summary>How often it is looked for images that are too old. 100 ms to 1 day, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most images of a collection whose deletion is asked for at one look. 1 to 1000, default 500.</summary>
    [Range(1, ImageCatalog.MaxPage)]
    public int BatchSize { get; init; } = 500;

    /// <summary>After how long a deletion that was asked for and has not begun is asked for again. 1 s to 1 day, default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(10);
}
