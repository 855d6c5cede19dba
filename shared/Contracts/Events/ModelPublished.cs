namespace Pipeline.Contracts.Events;

/// <summary>A model is in the registry, passed its gate, and is to serve a collection.</summary>
public sealed record ModelPublished
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection it was trained on and will serve.</summary>
    public required string Collection { get; init; }

    /// <summary>The model artifact: a head, or the backbone itself, with which every collection begins.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The backbone whose trunk activations the head takes.</summary>
    public required string BackboneVersion { get; init; }

    /// <summary>The model it was derived from.</summary>
    public string? ParentVersion { get; init; }

    /// <summary>Length of its embeddings.</summary>
    public required int Dimensions { get; init; }

    /// <summary>When it was published, in UTC. Of a collection's models the latest published counts, in whatever order they arrive.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>
    /// False where its features find those of its parent nearly as well as their own: it then embeds the pictures that ask, and what is indexed
    /// stays as it is.
    /// </summary>
    public bool ReindexRequired { get; init; } = true;

    /// <summary>Names this change of the model, and follows the update through services and logs.</summary>
    public required Guid CorrelationId { get; init; }
}
