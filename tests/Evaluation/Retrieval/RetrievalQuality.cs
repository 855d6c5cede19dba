using System.Diagnostics;
using Pipeline.Evaluation;
using Pipeline.Neighbours.Fusion;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>What each way to search is worth on labelled pictures, without index or services.</summary>
internal static class RetrievalQuality
{
    public static IReadOnlyList<IRetrievalMode> Modes { get; } =
        [
            new CnnMode(), new HashMode(), new SiftMode(), new CieMode(), new FusedMode(new FusionOptions()),
            new FusedGeometricMode(new FusionOptions()),
        ];

    public static (RetrievalReport Report, Gallery Gallery) Measure(FeatureSet set)
    {
        var everything = new Gallery(set.Pictures);
        var companions = set.Pictures.Where(picture => set.Truth.GroupSize(picture.File) > 1).ToList();
        var heldOut = companions.GroupBy(picture => set.Truth.GroupOf(picture.File)).Select(group => group.Last()).ToList();
        var rest = new Gallery([.. set.Pictures.Except(heldOut)]);
        return (
            new RetrievalReport(
                Modes.ToDictionary(mode => mode.Name, mode => Everything(set.Truth, mode, everything, companions)),
                PairQuality.Measure(set.Truth, everything),
                EmbeddingQuality.Measure(set.Truth, everything, companions, rest, heldOut),
                Modes.ToDictionary(mode => mode.Name, mode => HeldOut(set.Truth, mode, rest, heldOut))),
            everything);
    }

    private static ModeFigures Everything(GroundTruth truth, IRetrievalMode mode, Gallery gallery, List<PictureFeatures> queries)
    {
        mode.Rank(gallery, queries[0]);
        var clock = Stopwatch.StartNew();
        var rankings = queries.ConvertAll(query => mode.Rank(gallery, query));
        var milliseconds = clock.Elapsed.TotalMilliseconds / queries.Count;
        var scores = Evaluate(truth, queries, rankings);
        return new ModeFigures(scores.Ns, scores.Map, scores.TieAwareMap, scores.RecallAt1, mode.BytesPerImage(gallery), milliseconds);
    }

    private static HeldOutFigures HeldOut(GroundTruth truth, IRetrievalMode mode, Gallery gallery, List<PictureFeatures> queries)
    {
        var scores = Evaluate(truth, queries, queries.ConvertAll(query => mode.Rank(gallery, query)));
        return new HeldOutFigures(scores.Map, scores.RecallAt1);
    }

    /// <summary>The figures of some queries' rankings.</summary>
    public static RetrievalScores Evaluate(
        GroundTruth truth, List<PictureFeatures> queries, List<IReadOnlyList<(PictureFeatures Picture, double Score)>> rankings) =>
        RetrievalEvaluation.Evaluate(truth, [.. queries.Zip(rankings, (query, ranking) =>
            new QueryAnswer(query.File, [.. ranking.Select(hit => hit.Picture.File)], [.. ranking.Select(hit => hit.Score)]))]);
}
