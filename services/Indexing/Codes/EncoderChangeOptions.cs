using System.ComponentModel.DataAnnotations;

namespace Pipeline.Indexing.Codes;

/// <summary>How encoders take each other's place. Section <c>Index:Codes</c>.</summary>
public sealed class EncoderChangeOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Index:Codes";

    /// <summary>
    /// How long at least between two looks whether every image has a code of the next encoder; a look that takes long is followed by a
    /// longer pause. 100 ms to 1 h, default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);
}
