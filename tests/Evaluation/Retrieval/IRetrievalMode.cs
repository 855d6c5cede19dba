namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>A way to search a gallery.</summary>
internal interface IRetrievalMode
{
    /// <summary>The name in reports.</summary>
    string Name { get; }

    /// <summary>Mean bytes that the index keeps of a picture for this mode.</summary>
    double BytesPerImage(Gallery gallery);

    /// <summary>All pictures of the gallery, best first. Scores fall or stay, so that ties can be told.</summary>
    IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query);
}
