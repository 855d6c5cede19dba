namespace Pipeline.Contracts.Queries;

/// <summary>
/// A request to Indexing's interactive queue: the nearest neighbours of indexed images in each space, and who names them.
/// Answered by <see cref="NeighboursFound"/> or <see cref="RequestRefused"/>.
/// </summary>
public sealed record FindNeighbours
{
    /// <summary>The most images of one request.</summary>
    public const int MaxImages = 500;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The images, 1 to <see cref="MaxImages"/>; one that is not indexed gets no list.</summary>
    public required IReadOnlyList<Guid> ImageIds { get; init; }
}

/// <summary>Answer to <see cref="FindNeighbours"/>.</summary>
public sealed record NeighboursFound
{
    /// <summary>Neighbours by CNN embedding.</summary>
    public required NeighbourLists Cnn { get; init; }

    /// <summary>Neighbours by visual words; empty lists before the collection has a vocabulary.</summary>
    public required NeighbourLists Sift { get; init; }

    /// <summary>
    /// True where the index keeps no neighbour graph: each image's own list is right, but of those that name it some may be missing.
    /// </summary>
    public bool Bounded { get; init; }

    /// <summary>The model artifact of the embeddings, or null while nothing is indexed.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The vocabulary artifact of the words, or null without one.</summary>
    public string? VocabularyVersion { get; init; }
}

/// <summary>Lists of one space's neighbour graph, all of one state of it.</summary>
public sealed record NeighbourLists
{
    /// <summary>The lists of the images asked for, without those that have none.</summary>
    public required IReadOnlyList<ImageNeighbours> Lists { get; init; }
}

/// <summary>An image's nearest neighbours, and who names it. The lists of those others do not travel: they are many.</summary>
public sealed record ImageNeighbours
{
    /// <summary>The image.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>Grows whenever the list changes: of two lists of an image the one with the greater revision is newer. Always 1 in a bounded answer.</summary>
    public required long Revision { get; init; }

    /// <summary>Nearest first; equally near ones by ascending id.</summary>
    public required IReadOnlyList<NearImage> Neighbours { get; init; }

    /// <summary>For each of them the image's place in its list in return, from 1; 0 where that does not name the image.</summary>
    public required IReadOnlyList<int> Back { get; init; }

    /// <summary>The images whose lists name it, ascending; in a bounded answer, those of the ones that were looked at.</summary>
    public required IReadOnlyList<Guid> NamedBy { get; init; }
}

/// <summary>One neighbour.</summary>
/// <param name="ImageId">The neighbour.</param>
/// <param name="Similarity">Cosine.</param>
public sealed record NearImage(Guid ImageId, double Similarity);
