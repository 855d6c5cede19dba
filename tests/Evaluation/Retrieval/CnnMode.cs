namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Cosine of the embeddings.</summary>
internal sealed class CnnMode : IRetrievalMode
{
    public string Name => "cnn";

    public double BytesPerImage(Gallery gallery) => gallery.Pictures[0].Embedding.Length * sizeof(float);

    public IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query) =>
        Ranking.By(gallery.Pictures, query);
}
