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
    /// <param name="record">What is known of the image.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="outcome">What it came to.</param>
    /// <param name="generation">What serves the collection, which decides of which encoders codes are of use; null before its first image.</param>
    /// <returns>The record with it, or null if that changes nothing.</returns>
    public static ImageRecord? Settle(ImageRecord record, string stage, StageOutcome outcome, Generation? generation = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(outcome);
        if (stage == Stages.Hash && outcome.Done && generation is not null)
        {
            return SettleCode(record, outcome, generation);
        }

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

    /// <summary>
    /// Whether every part is there or rejected, and there is something to index. While a collection changes its encoder an image that is
    /// not in the index yet waits for the codes of both.
    /// </summary>
    /// <param name="record">What is known of the image.</param>
    /// <param name="generation">What serves the collection; null before its first image.</param>
    public static bool IsComplete(ImageRecord record, Generation? generation = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Parts.All(record.Stages.ContainsKey)
            && !IsRejected(record)
            && (generation is null || record.Status == ImageStatus.Indexed || MissingCodes(record, generation).FirstOrDefault() is null);
    }

    /// <summary>The encoders of a generation of which an image lacks a code, though it is to have one.</summary>
    public static IEnumerable<EncoderChoice> MissingCodes(ImageRecord record, Generation generation)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(generation);
        return record.Stages.TryGetValue(Stages.Cnn, out var cnn) && cnn.Done && record.Stages.GetValueOrDefault(Stages.Hash) is not { Done: false }
            ? generation.Encoders().Where(encoder => record.CodeOf(encoder.Version) is null)
            : [];
    }

    /// <summary>Keeps the code of the encoder that serves apart from that of the next one. A code of any other is of no use.</summary>
    private static ImageRecord? SettleCode(ImageRecord record, StageOutcome code, Generation generation)
    {
        StageOutcome?[] known = [code, record.Stages.GetValueOrDefault(Stages.Hash), record.Stages.GetValueOrDefault(Stages.NextHash)];
        var before = known[1];
        var stages = new Dictionary<string, StageOutcome>(record.Stages);
        stages.Remove(Stages.NextHash);
        foreach (var (stage, version) in ((string, string?)[])[(Stages.Hash, generation.EncoderVersion), (Stages.NextHash, generation.NextEncoder?.Version)])
        {
            if (known.FirstOrDefault(outcome => outcome is { Done: true } && outcome.Version == version) is { } made)
            {
                stages[stage] = made;
            }
        }

        var changed = stages.Count != record.Stages.Count || stages.Any(stage => !stage.Value.SameAs(record.Stages.GetValueOrDefault(stage.Key)));

        // The first code is part of what the image waits for; a later one comes to a point that may be there already.
        return changed ? record with { Stages = stages, PayloadRevision = record.PayloadRevision + (before is null ? 0 : 1) } : null;
    }

    private static bool IsRejected(ImageRecord record) =>
        record.Stages.TryGetValue(Stages.Sift, out var sift) && !sift.Done
        && record.Stages.TryGetValue(Stages.Cnn, out var cnn) && !cnn.Done;
}
