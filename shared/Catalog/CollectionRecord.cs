using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;

namespace Pipeline.Catalog;

/// <summary>A collection and the generation that serves it.</summary>
public sealed record CollectionRecord
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Tells lives of collections of the same name apart: a collection that is created after one was deleted has a higher one than every image's
    /// incarnation in the deleted one, so that what comes late of that is recognised. The incarnations of its own images are not below it.
    /// </summary>
    public int Life { get; init; } = 1;

    /// <summary>
    /// Incarnation of an image of which the catalog knows nothing: <see cref="Life"/>, or more where the catalog was rebuilt and does not remember
    /// which images were deleted before.
    /// </summary>
    public int FirstIncarnation { get; init; } = 1;

    /// <summary>What it wants otherwise than configured.</summary>
    public CollectionSettings Settings { get; init; } = new();

    /// <summary>Counts changes of <see cref="Settings"/>.</summary>
    public int SettingsRevision { get; init; }

    /// <summary>How far its deletion is; null while it is not being deleted. To whom the catalog answers, a collection that is does not exist.</summary>
    public CollectionDeletion? Deletion { get; init; }

    /// <summary>The generation search reads; null until the first image brings its versions.</summary>
    public Generation? Active { get; init; }

    /// <summary>The generation that served before, of which the model can serve again; null before the model first changed.</summary>
    public Generation? Previous { get; init; }

    /// <summary>When <see cref="Active"/> took the place of <see cref="Previous"/>, UTC.</summary>
    public DateTimeOffset? SwitchedAt { get; init; }

    /// <summary>When a generation that had served was last given up for good, UTC: its index stays a moment for searches that began before.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>The highest number that a generation was given; it is never given again.</summary>
    public int LastGeneration { get; init; }

    /// <summary>The latest changes of the generation that were begun, in that order.</summary>
    public IReadOnlyList<ModelChange> ModelChanges { get; init; } = [];

    /// <summary>The latest commands that began nothing, by their ids: told again, they begin nothing either.</summary>
    public IReadOnlyList<Guid> RefusedChanges { get; init; } = [];

    /// <summary>Whether images are still to be announced with the model that serves now.</summary>
    public bool IsUnannounced { get; init; }

    /// <summary>Heads that will not serve again, of which embeddings are still to be removed.</summary>
    public IReadOnlyList<string> RetiredModels { get; init; } = [];

    /// <summary>The latest change of the generation, or null.</summary>
    [JsonIgnore]
    public ModelChange? LatestModelChange => ModelChanges.Count > 0 ? ModelChanges[^1] : null;

    /// <summary>Whether a change was begun or refused already.</summary>
    public bool Knows(Guid change) => ModelChanges.Any(known => known.Id == change) || RefusedChanges.Contains(change);
}

/// <summary>A collection's deletion that was begun.</summary>
/// <param name="Id">Names it.</param>
/// <param name="At">When it began, UTC.</param>
/// <param name="Images">Images that the collection had when it began.</param>
/// <param name="HighestIncarnation">The highest incarnation that was met so far; the next collection begins above.</param>
/// <param name="HeldUntil">A training may write until then, UTC; null if none was under way.</param>
public sealed record CollectionDeletion(Guid Id, DateTimeOffset At, long Images = 0, int HighestIncarnation = 0, DateTimeOffset? HeldUntil = null);

/// <summary>A change of a collection's generation that was begun.</summary>
/// <param name="Id">The correlation id of its <see cref="ModelPublished"/>, <see cref="RollbackModel"/>, <see cref="ReindexCollection"/>, <see cref="CancelReindex"/> or <see cref="RollbackCollection"/>.</param>
/// <param name="ModelVersion">The model that was to serve by it.</param>
/// <param name="PublishedAt">When the model was published, UTC; null for a command.</param>
public sealed record ModelChange(Guid Id, string ModelVersion, DateTimeOffset? PublishedAt);
