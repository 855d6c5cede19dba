using Pipeline.Catalog;
using Pipeline.Contracts;

namespace Pipeline.Indexing;

/// <summary>
/// When are all parts of an image settled? Pure functions on its record, so that the order and number of messages
/// cannot matter.
/// </summary>
public static class FanIn
{
    private static readonly string[] Parts = [Stages.Sift, Stages.Cnn, Stages.Hash];

    /// <summary>Notes a stage's outcome.</summary>
    /// <returns>The record with it, or null if that changes nothing.</returns>
    public static ImageRecord? Settle(ImageRecord record, string stage, StageOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(outcome);
        var before = record.Stages.GetValueOrDefault(stage);

        // A rejection that comes after success is the echo of a deleted blob or of an older attempt: what exists, exists.
        if (outcome.SameAs(before) || (before is { Done: true } && !outcome.Done))
        {
            return null;
        }

        var stages = new Dictionary<string, StageOutcome>(record.Stages) { [stage] = outcome };
        if (stage == Stages.Cnn && !outcome.Done)
        {
            // There will never be a code without an embedding.
            stages[Stages.Hash] = outcome;
        }

        // No image waits for its words: they come to a point that may be there already.
        var settled = record with { Stages = stages, PayloadRevision = record.PayloadRevision + (stage == Stages.Words ? 1 : 0) };
        return IsRejected(settled)
            ? settled with { Status = ImageStatus.Rejected, RejectionReason = stages[Stages.Cnn].Reason, RejectionDetail = stages[Stages.Cnn].Detail }
            : settled;
    }

    /// <summary>Whether every part is there or rejected, and there is something to index.</summary>
    public static bool IsComplete(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Parts.All(record.Stages.ContainsKey) && !IsRejected(record);
    }

    private static bool IsRejected(ImageRecord record) =>
        record.Stages.TryGetValue(Stages.Sift, out var sift) && !sift.Done
        && record.Stages.TryGetValue(Stages.Cnn, out var cnn) && !cnn.Done;
}
