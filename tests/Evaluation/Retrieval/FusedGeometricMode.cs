using Pipeline.Indexing.Search;
using Pipeline.Neighbours.Fusion;
using Pipeline.Sift;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary><c>fused</c>, its first hits verified geometrically.</summary>
internal sealed class FusedGeometricMode(FusionOptions options) : IRetrievalMode
{
    private readonly FusedMode _fused = new(options);
    private readonly int _verified = new SearchOptions().RerankDepth;
    private readonly GeometricVerifier _verifier = new(new SiftOptions());

    public string Name => "fused+geometric";

    public double BytesPerImage(Gallery gallery) =>
        _fused.BytesPerImage(gallery) + gallery.Pictures.Average(picture => picture.Sift.Serialize().Length);

    public IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query)
    {
        // Verified hits are ordered by what is no score of the others', so the place is all there is; there are no ties.
        var hits = _fused.Rank(gallery, query);
        return
        [
            .. hits.Take(_verified)
                .OrderByDescending(hit => _verifier.Verify(query.Sift, hit.Picture.Sift) is { Verified: true } match ? match.CentralSupport : 0)
                .Concat(hits.Skip(_verified))
                .Select((hit, place) => (hit.Picture, (double)-place)),
        ];
    }
}
