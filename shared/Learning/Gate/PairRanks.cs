using System.Numerics.Tensors;
using Pipeline.Learning.Evidence;

namespace Pipeline.Learning.Gate;

/// <summary>Where pairs find each other among all images.</summary>
public static class PairRanks
{
    /// <summary>
    /// The mean over pairs, both ways, of 1/rank: how early an image meets its partner in the order of similarity, other partners left out.
    /// Equal similarities share their mean rank.
    /// </summary>
    /// <param name="features">Rows of length 1.</param>
    /// <param name="pairs">The pairs to look for; at least one.</param>
    public static double MeanReciprocal(IReadOnlyList<float[]> features, IReadOnlyCollection<EvidencePair> pairs)
    {
        var partners = Partners(pairs);
        return partners.AsParallel().AsOrdered().SelectMany(entry =>
        {
            var similarities = Similarities(features[entry.Key], features);
            return entry.Value.Select(partner => 1 / Rank(similarities, entry.Key, partner, entry.Value)).ToArray();
        }).ToArray().Average();
    }

    /// <summary>The share of the pairs' images whose nearest neighbour is one of their partners.</summary>
    /// <param name="queries">Features that ask, rows of length 1.</param>
    /// <param name="gallery">Features of the same images that are searched, of the same model or another one.</param>
    /// <param name="pairs">The pairs; at least one.</param>
    public static double RecallAt1(IReadOnlyList<float[]> queries, IReadOnlyList<float[]> gallery, IReadOnlyCollection<EvidencePair> pairs) =>
        Partners(pairs).AsParallel().AsOrdered().Select(entry =>
        {
            var similarities = Similarities(queries[entry.Key], gallery);
            similarities[entry.Key] = float.NegativeInfinity;
            return entry.Value.Contains(TensorPrimitives.IndexOfMax<float>(similarities)) ? 1.0 : 0;
        }).ToArray().Average();

    private static SortedDictionary<int, HashSet<int>> Partners(IReadOnlyCollection<EvidencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfZero(pairs.Count);
        var partners = new SortedDictionary<int, HashSet<int>>();
        foreach (var (first, second) in pairs)
        {
            (partners.TryGetValue(first, out var ofFirst) ? ofFirst : partners[first] = []).Add(second);
            (partners.TryGetValue(second, out var ofSecond) ? ofSecond : partners[second] = []).Add(first);
        }

        return partners;
    }

    private static float[] Similarities(float[] query, IReadOnlyList<float[]> gallery)
    {
        var similarities = new float[gallery.Count];
        for (var i = 0; i < similarities.Length; i++)
        {
            similarities[i] = TensorPrimitives.Dot<float>(query, gallery[i]);
        }

        return similarities;
    }

    private static double Rank(float[] similarities, int image, int partner, HashSet<int> partners)
    {
        var better = 0;
        var equal = 0;
        for (var i = 0; i < similarities.Length; i++)
        {
            if (i != image && i != partner && !partners.Contains(i))
            {
                better += similarities[i] > similarities[partner] ? 1 : 0;
                equal += similarities[i] == similarities[partner] ? 1 : 0;
            }
        }

        return 1 + better + (equal / 2.0);
    }
}
