using Pipeline.Learning.Evidence;
using Pipeline.Neighbours.Graph;
using Pipeline.Neighbours.Pairs;
using Pipeline.Tests.Evaluation.Retrieval;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>What the mining of a gallery hands to an update: its verified pairs, and those of them that both spaces knew.</summary>
internal sealed record MinedEvidence(EvidenceGraph Pairs, IReadOnlyList<EvidencePair> Known)
{
    public static MinedEvidence Of(Gallery gallery)
    {
        var options = Gallery.Mining;
        var cnn = ExactNeighbours.OfDense([.. gallery.Pictures.Select(picture => picture.Embedding)], options.ListLength);
        var sift = ExactNeighbours.OfSparse([.. gallery.Pictures.Select(gallery.Words)], options.ListLength);
        var verified = Enumerable.Range(0, gallery.Pictures.Count)
            .SelectMany(i => PairMiner.Of(i, j => cnn[j], j => sift[j], options).Select(pair => (From: i, Pair: pair)))
            .Where(mined => gallery.Verified(mined.From, mined.Pair.Other))
            .ToArray();
        return new MinedEvidence(
            EvidenceGraph.OfPairs(gallery.Pictures.Count, verified.Select(mined => new EvidencePair(mined.From, mined.Pair.Other))),
            [.. verified.Where(mined => mined.Pair.Kind == PairKind.Confirmed).Select(mined => new EvidencePair(mined.From, mined.Pair.Other))]);
    }
}
