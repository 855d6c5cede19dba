using System.ComponentModel.DataAnnotations;
using Pipeline.Contracts.Commands;

namespace Pipeline.Indexing.Models;

/// <summary>How models take each other's place. Section <c>Index:Models</c>.</summary>
public sealed class ModelChangeOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Index:Models";

    /// <summary>Images that are embedded anew by one message, 1 to 1024.</summary>
    [Range(1, EmbedImages.MaxImages)]
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// How long the index of the model that was replaced stays for searches that began before. 0 to 1 h, default 1 min; longer than any search.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(1);
}
