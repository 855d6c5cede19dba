namespace Pipeline.HashEncoding.Training;

/// <summary>
/// What images are labelled, as numbers: of each row its image's first label, null where it has none. A label names a class, which people's verdicts on
/// pairs leave alone: two images that do not show the same thing may well be of one class.
/// </summary>
/// <param name="Gallery">Of the rows that encoders are trained on.</param>
/// <param name="Queries">Of the rows held out.</param>
public sealed record TrainingLabels(IReadOnlyList<int?> Gallery, IReadOnlyList<int?> Queries)
{
    /// <summary>Largest share of the labelled rows that one label may have: one that nearly all share tells nothing apart.</summary>
    private const double MostOfOneLabel = 0.5;

    /// <summary>Takes labels, if they are worth it.</summary>
    /// <param name="labels">Of all rows, those held out first.</param>
    /// <param name="heldOut">How many these are.</param>
    /// <param name="minLabelled">Share of the rows that must have a label, 0 to 1.</param>
    /// <returns>Null if too few rows have a label, or more than half of these the same.</returns>
    public static TrainingLabels? Of(IReadOnlyList<string?> labels, int heldOut, double minLabelled)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var counts = labels.OfType<string>().CountBy(label => label, StringComparer.Ordinal).ToArray();
        var labelled = counts.Sum(label => label.Value);
        if (labelled == 0 || labelled < minLabelled * labels.Count || counts.Max(label => label.Value) > MostOfOneLabel * labelled)
        {
            return null;
        }

        var numbers = counts.Select((label, number) => (label.Key, number)).ToDictionary(label => label.Key, label => label.number, StringComparer.Ordinal);
        int?[] all = [.. labels.Select(label => label is null ? (int?)null : numbers[label])];
        return new TrainingLabels(all[heldOut..], all[..heldOut]);
    }
}
