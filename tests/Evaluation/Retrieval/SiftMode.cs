using Pipeline.Neighbours;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Cosine of the visual words.</summary>
internal sealed class SiftMode : IRetrievalMode
{
    public string Name => "sift";

    public double BytesPerImage(Gallery gallery) => gallery.Pictures.Average(picture => gallery.Words(picture).Count * SparseRow.EntryBytes);

    public IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query)
    {
        var words = gallery.Words(query);
        return Ranking.By(gallery, picture => words.Dot(gallery.Words(picture)));
    }
}
