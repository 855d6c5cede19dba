using Pipeline.Catalog;
using Pipeline.Contracts;

namespace Pipeline.Gateway.Collections;

/// <summary>A collection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="Images">Number of images by status.</param>
/// <param name="Active">The generation that serves search, once there is one.</param>
public sealed record CollectionResponse(string Name, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, long> Images, Generation? Active)
{
    /// <summary>What it wants otherwise than configured.</summary>
    public CollectionSettings Settings { get; init; } = new();

    /// <summary>Counts changes of the settings.</summary>
    public int SettingsRevision { get; init; }

    /// <summary>Since when it is being deleted, UTC; absent while it is not.</summary>
    public DateTimeOffset? DeletingSince { get; init; }
}

/// <summary>A collection's settings.</summary>
/// <param name="Settings">What it wants otherwise than configured.</param>
/// <param name="Revision">Counts their changes.</param>
public sealed record SettingsResponse(CollectionSettings Settings, int Revision);

/// <summary>How far a rebuild is.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Progress">0 to 1.</param>
/// <param name="Images">Images that were found in the blob store so far.</param>
/// <param name="Restored">Those of them that the catalog had lost.</param>
/// <param name="Reindexed">Those of them that the index had lost.</param>
/// <param name="Damaged">Manifests that cannot be read.</param>
/// <param name="BegunAt">When it began, UTC.</param>
/// <param name="AdvancedAt">When it last went on, UTC.</param>
public sealed record RebuildResponse(
    Guid Id, double Progress, long Images, long Restored, long Reindexed, long Damaged, DateTimeOffset BegunAt, DateTimeOffset AdvancedAt)
{
    /// <summary>What is told of a rebuild.</summary>
    public static RebuildResponse Of(CollectionRebuild rebuild)
    {
        ArgumentNullException.ThrowIfNull(rebuild);
        return new(
            rebuild.Id,
            (double)rebuild.Shard / CollectionRebuilds.Shards,
            rebuild.Found.Images,
            rebuild.Found.Restored,
            rebuild.Found.Reindexed,
            rebuild.Found.Damaged,
            rebuild.BegunAt,
            rebuild.AdvancedAt);
    }
}
