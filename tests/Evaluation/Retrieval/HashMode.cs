using Pipeline.Hashing;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Hamming distance of the bare codes.</summary>
internal sealed class HashMode : IRetrievalMode
{
    public string Name => "hash";

    public double BytesPerImage(Gallery gallery) => gallery.Pictures[0].Code.Length;

    public IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query) =>
        Ranking.By(gallery, picture => -HammingDistance.Between(query.Code, picture.Code));
}
