using System.ComponentModel.DataAnnotations;
using Pipeline.Catalog;

namespace Pipeline.HashEncoding.Training;

/// <summary>When and on what hash encoders are trained. Section <c>Hashing:Training</c>.</summary>
public sealed class EncoderTrainingOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Hashing:Training";

    /// <summary>Whether a collection whose encoder was not trained on it gets one by itself. Default true.</summary>
    public bool Automatic { get; set; } = true;

    /// <summary>How many indexed images with CNN features a collection has when it trains encoders by itself. 32 to 1,000,000, default 1000.</summary>
    [Range(32, 1_000_000)]
    public int MinImages { get; set; } = 1000;

    /// <summary>After how long without a result a collection asks for its first training again. 1 s to 1 day, default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Most images whose features are read, chosen by the seed; each takes about 2.5 KB. 32 to 1,000,000, default 20,000.</summary>
    [Range(32, 1_000_000)]
    public int MaxRows { get; set; } = 20_000;

    /// <summary>Most rows held out of the training as queries of the comparison; never more than a fifth. 1 to 100,000, default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxHeldOut { get; set; } = 1000;

    /// <summary>Code length in bits where the command names none; null for that of the codes in use.</summary>
    [Range(16, 256)]
    public int? Bits { get; set; }

    /// <summary>Seed of sample, split and training where the command names none.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>
    /// Methods to compare where the command names none, separated by commas. The reference of a method that improves on one is always
    /// compared, too; a method that learns from labels only if enough images have one (<see cref="MinLabelled"/>).
    /// </summary>
    [Required]
    public string Methods { get; set; } = "lsh, sh, sph, itq, ldph(lsh), ldph(sh), ldph(itq), ldsh(itq)";

    /// <summary>
    /// Share of the images read that must have a label for labels to count: methods then learn from them, and in the comparison an image
    /// of a query's label is a right answer, too. 0.01 to 1, default 0.5.
    /// </summary>
    [Range(0.01, 1)]
    public double MinLabelled { get; set; } = 0.5;

    /// <summary>How long a training process is believed alive after its last sign of life. 5 s to 10 min, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Hold { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest that a training may take; no method is trained any more when four fifths of it are over. A broker takes a message for lost that is not acknowledged for long (RabbitMQ: 30 min).
    /// 1 s to 25 min, default 20 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:25:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(20);

    internal IReadOnlyList<string> MethodNames() =>
        Methods.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal TrainingLimits Limits => new(Hold, Timeout);
}
