using System.Numerics.Tensors;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Ranks by a similarity; ties by file name.</summary>
internal static class Ranking
{
    public static IReadOnlyList<(PictureFeatures Picture, double Score)> By(Gallery gallery, Func<PictureFeatures, double> similarity) =>
        By(gallery.Pictures, similarity);

    /// <summary>By the cosine of the embeddings.</summary>
    public static IReadOnlyList<(PictureFeatures Picture, double Score)> By(IReadOnlyList<PictureFeatures> pictures, PictureFeatures query) =>
        By(pictures, picture => TensorPrimitives.Dot<float>(query.Embedding, picture.Embedding));

    private static IReadOnlyList<(PictureFeatures Picture, double Score)> By(
        IReadOnlyList<PictureFeatures> pictures, Func<PictureFeatures, double> similarity) =>
        [.. pictures.Select(picture => (Picture: picture, Score: similarity(picture)))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Picture.File, StringComparer.Ordinal)];
}
