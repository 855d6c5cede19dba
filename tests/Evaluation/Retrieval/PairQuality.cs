using Pipeline.Evaluation;
using Pipeline.Neighbours.Graph;
using Pipeline.Neighbours.Pairs;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Figures of the mined pairs of one kind, direction counted. Those without a suffix are of the verified ones.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Precision">Share of them that are of one group.</param>
/// <param name="Recall">Share of all ordered pairs of one group that are among them.</param>
/// <param name="UnverifiedCount">How many there are before geometric verification.</param>
/// <param name="UnverifiedPrecision">Share of those that are of one group.</param>
/// <param name="Kept">Share of the pairs of one group that verification keeps.</param>
internal sealed record PairFigures(
    int Count, double Precision, double Recall, int UnverifiedCount, double UnverifiedPrecision, double Kept);

/// <summary>How good the pairs are that two spaces teach each other.</summary>
internal static class PairQuality
{
    public static IReadOnlyDictionary<string, PairFigures> Measure(GroundTruth truth, Gallery gallery)
    {
        var options = Gallery.Mining;
        var cnn = ExactNeighbours.OfDense([.. gallery.Pictures.Select(picture => picture.Embedding)], options.ListLength);
        var sift = ExactNeighbours.OfSparse([.. gallery.Pictures.Select(gallery.Words)], options.ListLength);
        var mined = Enumerable.Range(0, gallery.Pictures.Count)
            .SelectMany(i => PairMiner.Of(i, j => cnn[j], j => sift[j], options).Select(pair => (From: i, Pair: pair))).ToArray();
        var possible = gallery.Pictures.Sum(picture => truth.GroupSize(picture.File) - 1);
        return Enum.GetValues<PairKind>().ToDictionary(kind => kind.ToString(), kind =>
        {
            var all = mined.Where(m => m.Pair.Kind == kind).ToArray();
            var verified = all.Where(m => gallery.Verified(m.From, m.Pair.Other)).ToArray();
            return new PairFigures(
                verified.Length,
                Share(verified.Count(Right), verified.Length),
                Share(verified.Count(Right), possible),
                all.Length,
                Share(all.Count(Right), all.Length),
                Share(verified.Count(Right), all.Count(Right)));
        });

        bool Right((int From, CandidatePair<int> Pair) mined) =>
            truth.GroupOf(gallery.Pictures[mined.From].File) == truth.GroupOf(gallery.Pictures[mined.Pair.Other].File);
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
