using System.Numerics.Tensors;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>The query's CNN embedding against the collaboratively embedded index.</summary>
internal sealed class CieMode : IRetrievalMode
{
    public string Name => "cie";

    public double BytesPerImage(Gallery gallery) => gallery.Embedding[^1].BytesPerImage;

    public IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query) =>
        Rank(gallery, gallery.Embedding[^1].Cnn, query);

    /// <summary>Against the index as one round of the sweep left it.</summary>
    public static IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, IReadOnlyList<float[]> index, PictureFeatures query)
    {
        var vectors = gallery.Pictures.Zip(index).ToDictionary(pair => pair.First, pair => pair.Second);
        return Ranking.By(gallery, picture => TensorPrimitives.Dot<float>(query.Embedding, vectors[picture]));
    }
}
