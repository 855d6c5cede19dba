using System.ComponentModel.DataAnnotations;
using Pipeline.Catalog;

namespace Pipeline.ModelUpdating;

/// <summary>When and on what collections' models are updated; how they learn and are judged is in <see cref="Learning.LearningOptions"/> and <see cref="Learning.Gate.GateOptions"/>.</summary>
public sealed class ModelUpdatingOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "ModelUpdating";

    /// <summary>Whether a collection's model is updated by itself. Default true.</summary>
    public bool Automatic { get; set; } = true;

    /// <summary>New pairs since the last update, verified or the same by people's word, that start one. 1 to 10,000,000, default 200.</summary>
    [Range(1, 10_000_000)]
    public int MinNewPairs { get; set; } = 200;

    /// <summary>Fewest indexed images of a collection that is updated by itself. 2 to 1,000,000, default 50.</summary>
    [Range(2, 1_000_000)]
    public int MinImages { get; set; } = 50;

    /// <summary>Shortest time between the end of an update and the beginning of one that starts by itself. 1 s to 7 days, default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan MinInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two looks whether an update is due. 100 ms to 1 h, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>After how long an update that was asked for, and that nobody is at, is asked for again. 1 s to 1 day, default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Most images of an update: first those of pairs, then others, the newest first; each takes about 12 KB of memory with the default
    /// backbone. 4 to 1,000,000, default 20,000.
    /// </summary>
    [Range(4, 1_000_000)]
    public int MaxImages { get; set; } = 20_000;

    /// <summary>Most pairs of an update: those that people said are the same, then those of the newest images. 2 to 10,000,000, default 100,000.</summary>
    [Range(2, 10_000_000)]
    public int MaxPairs { get; set; } = 100_000;

    /// <summary>
    /// Whether labels count: images with a label in common are pairs, and images with labels but none in common are none, whatever geometry
    /// says. Default false.
    /// </summary>
    public bool UseLabels { get; set; }

    /// <summary>Seed of an update whose command names none.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Between two checkpoints of a training. 1 s to 10 min, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A promoted head is published as one that forces no re-index when new features find held-out pairs among present ones nearly as well as among their own: when
    /// cross-model recall at 1 ≥ this × the mean reciprocal rank of those pairs by the new head, which is at least its own recall at 1.
    /// 0.5 to 10 (never), default 0.98.
    /// </summary>
    [Range(0.5, 10.0)]
    public double NoReindexAbove { get; set; } = 0.98;

    /// <summary>How long an updating process is believed alive after its last sign of life. 5 s to 10 min, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Hold { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest that an update may take. A broker takes a message for lost that is not acknowledged for long (RabbitMQ: 30 min). 1 s to
    /// 25 min, default 20 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:25:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(20);

    internal TrainingLimits Limits => new(Hold, Timeout);
}
