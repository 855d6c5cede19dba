using System.Numerics.Tensors;
using Pipeline.Evaluation;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>Recall at 1 and mAP where pictures of the query's class are relevant.</summary>
internal static class RetrievalOfClasses
{
    /// <summary>Means over queries.</summary>
    /// <param name="queries">Features of pictures that ask.</param>
    /// <param name="queryClasses">Their classes.</param>
    /// <param name="gallery">Features of pictures that are searched.</param>
    /// <param name="galleryClasses">Their classes.</param>
    /// <param name="asks">Classes whose queries count.</param>
    /// <param name="same">Whether queries and gallery are the same pictures, so that one is left out of its own list.</param>
    public static (double RecallAt1, double Map) Measure(
        IReadOnlyList<float[]> queries, IReadOnlyList<int> queryClasses, IReadOnlyList<float[]> gallery, IReadOnlyList<int> galleryClasses, Func<int, bool> asks, bool same)
    {
        double recall = 0, map = 0;
        var count = 0;
        for (var q = 0; q < queries.Count; q++)
        {
            if (!asks(queryClasses[q]))
            {
                continue;
            }

            var relevance = Enumerable.Range(0, gallery.Count).Where(g => !(same && g == q))
                .OrderByDescending(g => TensorPrimitives.Dot<float>(queries[q], gallery[g])).ThenBy(g => g)
                .Select(g => galleryClasses[g] == queryClasses[q]).ToArray();
            recall += RetrievalMetrics.RecallAt(relevance, 1);
            map += RetrievalMetrics.AveragePrecision(relevance, relevance.Count(relevant => relevant));
            count++;
        }

        return (recall / count, map / count);
    }
}
