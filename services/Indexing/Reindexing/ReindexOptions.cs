using System.ComponentModel.DataAnnotations;
using Pipeline.Catalog;

namespace Pipeline.Indexing.Reindexing;

/// <summary>How generations are filled, verified, replaced and kept. Section <c>Index:Generations</c>.</summary>
public sealed class ReindexOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Index:Generations";

    /// <summary>Images that are filled in at once, 1 to 1000: written together, or embedded anew by one message.</summary>
    [Range(1, ImageCatalog.MaxPage)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Batches side by side, 1 to 64.</summary>
    [Range(1, 64)]
    public int Concurrency { get; init; } = 2;

    /// <summary>The share of the time that a generation is filled in while uploads are under way, 0.01 to 1; without them it is all of it.</summary>
    [Range(0.01, 1)]
    public double Share { get; init; } = 0.15;

    /// <summary>How long a batch waits for the embeddings and codes that it asked for, 0 to 10 min; then the next ones are asked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without progress what is missing is asked for again, 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How often features that are gone are asked for to be made again, 1 to 1000. After that a generation serves without the visual words of
    /// their images, and names them; where an embedding or a code would be missing it is given up.
    /// </summary>
    [Range(1, 1000)]
    public int MaxAsks { get; init; } = 3;

    /// <summary>How often it is looked for generations to fill, 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the generation that was replaced is kept up to date for a roll-back, 0 to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan KeepPrevious { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long the index of a generation that is not kept any more stays for searches that began before. 0 to 1 h; longer than any search.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Stored images that a new index is searched for before it serves, 0 to 10 000.</summary>
    [Range(0, 10_000)]
    public int Canaries { get; init; } = 32;

    /// <summary>Least share of their ten exact nearest that the index must find, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double CanaryRecall { get; init; } = 0.95;

    /// <summary>Images among which they are searched, at least 100; of a larger collection as many are drawn.</summary>
    [Range(100, 1_000_000)]
    public int CanaryGallery { get; init; } = 10_000;

    /// <summary>Chooses them.</summary>
    public ulong CanarySeed { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BatchSize * Concurrency > ImageCatalog.MaxPage)
        {
            yield return new ValidationResult($"{SectionName}: BatchSize times Concurrency must be at most {ImageCatalog.MaxPage}.");
        }
    }
}
