using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.Gateway.Models;

/// <summary>A collection's CNN model.</summary>
public sealed record ModelResponse
{
    /// <summary>The artifact that serves: the backbone (<c>cnn-…</c>) or a head on it (<c>head-…</c>); null before the first image.</summary>
    public string? Version { get; init; }

    /// <summary>The head that embeds pictures that ask, where that is another one; null where <see cref="Version"/> does.</summary>
    public string? QueryVersion { get; init; }

    /// <summary>The backbone whose trunk activations are stored.</summary>
    public string? Backbone { get; init; }

    /// <summary>Length of the embeddings.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Number of the generation that serves.</summary>
    public int? Generation { get; init; }

    /// <summary>Since when it serves, UTC; null for the model that the collection began with.</summary>
    public DateTimeOffset? ServesSince { get; init; }

    /// <summary>When the artifact was made, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Its size.</summary>
    public long? Bytes { get; init; }

    /// <summary>What it was made from, its settings and figures.</summary>
    public ArtifactLineage? Lineage { get; init; }

    /// <summary>The model that is to follow; null while there is none.</summary>
    public NextModel? Next { get; init; }

    /// <summary>The model that served before and can again; null before the model first changed.</summary>
    public string? Previous { get; init; }

    /// <summary>The latest updates, latest first.</summary>
    public IReadOnlyList<ModelUpdateStatus> Updates { get; init; } = [];
}

/// <summary>A model that serves once every image has an embedding and a code of it.</summary>
/// <param name="Version">The artifact.</param>
/// <param name="Generation">Number of its generation.</param>
/// <param name="Change">The id of the update or roll-back it came by.</param>
/// <param name="Ready">Images that have them; null before it was first looked.</param>
/// <param name="Images">Images that are to have them.</param>
/// <param name="Coverage">The share of <paramref name="Ready"/>, 0 to 1.</param>
public sealed record NextModel(string Version, int Generation, Guid? Change, long? Ready, long? Images, double? Coverage)
{
    /// <summary>What the catalog knows of it.</summary>
    public static NextModel Of(Generation next, ModelChange? change, GenerationProgress? progress)
    {
        ArgumentNullException.ThrowIfNull(next);
        var known = progress?.Generation == next.Number ? progress : null;
        return new NextModel(
            next.ModelVersion, next.Number, change?.Id, known?.Ready, known?.Images, known is null ? null : known.Images == 0 ? 1 : (double)known.Ready / known.Images);
    }
}

/// <summary>A change of the model was asked for.</summary>
/// <param name="Change">Its id.</param>
/// <param name="GivenUp">The model that is given up by it.</param>
public sealed record ModelChangeResponse(Guid Change, string GivenUp);
