using System.Numerics.Tensors;
using Pipeline.Learning.Evidence;

namespace Pipeline.Learning.Losses;

/// <summary>
/// The classes of images that nobody labelled: what evidence connects is one, and the mean of its images' present features, brought to length
/// 1, is what it looks like. So the present model's classifier, whose answers are distilled, is made of what was mined.
/// </summary>
internal static class SubjectPrototypes
{
    /// <summary>More classes would cost a step more than its batch does.</summary>
    public const int Most = 512;

    /// <summary>One row for each subject of two or more images: of those with the most images, in the order of their first images.</summary>
    /// <param name="evidence">What belongs together.</param>
    /// <param name="teacher">Each image's present feature, of length 1.</param>
    /// <param name="most">Most rows.</param>
    public static float[][] Of(EvidenceGraph evidence, IReadOnlyList<float[]> teacher, int most = Most) =>
    [
        .. Enumerable.Range(0, evidence.Count)
            .Where(image => evidence.Partners(image).Count > 0)
            .GroupBy(evidence.Subject)
            .OrderByDescending(images => images.Count()).ThenBy(images => images.Key)
            .Take(most)
            .OrderBy(images => images.Key)
            .Select(images => Mean([.. images.Select(image => teacher[image])])),
    ];

    private static float[] Mean(IReadOnlyList<float[]> rows)
    {
        var mean = new float[rows[0].Length];
        foreach (var row in rows)
        {
            TensorPrimitives.Add(mean, row, mean);
        }

        // Rows that cancel out have no direction, and are like nothing.
        var length = TensorPrimitives.Norm<float>(mean);
        TensorPrimitives.Divide(mean, length > 0 ? length : 1, mean);
        return mean;
    }
}
