namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Ranks by a similarity; ties by file name.</summary>
internal static class Ranking
{
    public static IReadOnlyList<(PictureFeatures Picture, double Score)> By(Gallery gallery, Func<PictureFeatures, double> similarity) =>
        [.. gallery.Pictures.Select(picture => (Picture: picture, Score: similarity(picture)))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Picture.File, StringComparer.Ordinal)];
}
