namespace Pipeline.Contracts.Events;

/// <summary>The image has a new vector for the collaboratively embedded index, small enough to travel itself.</summary>
public sealed record IndexVectorEmbedded : ImageEvent
{
    /// <summary>Places of the entries that are not zero, strictly ascending.</summary>
    public required uint[] Indices { get; init; }

    /// <summary>One value for each index; the vector has length 1.</summary>
    public required float[] Values { get; init; }

    /// <summary>When it was made, in UTC. Of an image's vectors the latest made counts, in whatever order they arrive.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The model artifact of the embeddings it was made from.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The vocabulary artifact of the words whose neighbours it was embedded by; null where no words took part.</summary>
    public string? VocabularyVersion { get; init; }
}
