using Pipeline.Neighbours.Fusion;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Late fusion of <c>cnn</c>, <c>sift</c> and <c>cie</c>.</summary>
internal sealed class FusedMode(FusionOptions options) : IRetrievalMode
{
    private readonly CnnMode _cnn = new();
    private readonly SiftMode _sift = new();
    private readonly CieMode _cie = new();

    public string Name => "fused";

    public double BytesPerImage(Gallery gallery) =>
        _cnn.BytesPerImage(gallery) + _sift.BytesPerImage(gallery) + _cie.BytesPerImage(gallery);

    public IReadOnlyList<(PictureFeatures Picture, double Score)> Rank(Gallery gallery, PictureFeatures query) =>
        LateFusion.Fuse(
            [
                new RankedList<PictureFeatures>(options.CnnWeight, _cnn.Rank(gallery, query)),
                new RankedList<PictureFeatures>(options.SiftWeight, _sift.Rank(gallery, query)),
                new RankedList<PictureFeatures>(options.CieWeight, _cie.Rank(gallery, query)),
            ],
            ties: Comparer<PictureFeatures>.Create((x, y) => string.CompareOrdinal(x.File, y.File)));
}
