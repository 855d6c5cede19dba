using System.ComponentModel.DataAnnotations;
using Pipeline.Catalog;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>
/// When and on what vocabularies of visual words are trained. Section <c>Mining:Vocabulary</c>, where the settings of the training itself
/// (<see cref="Neighbours.Words.VocabularyOptions"/>) are as well.
/// </summary>
public sealed class VocabularyTrainingOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Mining:Vocabulary";

    /// <summary>Whether a collection without a vocabulary gets one by itself. Default true.</summary>
    public bool Automatic { get; set; } = true;

    /// <summary>How many images with SIFT features a collection has when it gets its first vocabulary by itself. 1 to 1,000,000, default 200.</summary>
    [Range(1, 1_000_000)]
    public int MinImages { get; set; } = 200;

    /// <summary>
    /// Most images to train on, chosen by the seed; each takes about 140 KB of memory during the training. 1 to 100,000, default 2000.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxImages { get; set; } = 2000;

    /// <summary>How long a training process is believed alive after its last sign of life. 5 s to 10 min, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Hold { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After how long without a result a collection asks for its first vocabulary again. 1 s to 1 day, default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The longest that a training may take. A broker takes a message for lost that is not acknowledged for long (RabbitMQ: 30 min).
    /// 10 s to 25 min, default 20 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:25:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a training may take.</summary>
    internal TrainingLimits Limits => new(Hold, Timeout);
}
