using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Indexing.Words;

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

        // The same holds for features of a model that served before: those of the one that serves are there.
        if (stage == Stages.Cnn && before is { Done: true } && before.Version == generation?.ModelVersion)
        {
            return null;
        }

        var stages = new Dictionary<string, StageOutcome>(record.Stages) { [stage] = outcome };
        if (stage == Stages.Cnn && !outcome.Done)
        {
            // There will never be a code without an embedding.
            stages[Stages.Hash] = outcome;
        }

        var settled = record with { Stages = stages };
        return IsRejected(settled)
            ? settled with { Status = ImageStatus.Rejected, RejectionReason = stages[Stages.Cnn].Reason, RejectionDetail = stages[Stages.Cnn].Detail }
            : settled;
    }

    /// <summary>
    /// Whether every part is there or rejected, and there is something to index. While several encoders or generations are written, an image
    /// that is not in the index yet waits for the codes of all of them.
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

    /// <summary>The codes, of a generation and those beside it, that an image lacks though it is to have them.</summary>
    public static IEnumerable<CodeTarget> MissingCodes(ImageRecord record, Generation generation)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(generation);
        return IsToBeEncoded(record)
            ? generation.Codes().Where(target => record.CodeOf(target.Generation, target.Encoder.Version) is null)
            : [];
    }

    /// <summary>Whether an image has all that a generation's index holds of it, or will never have more.</summary>
    public static bool IsReadyFor(ImageRecord record, Generation of)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(of);
        return !IsToBeEncoded(record) || record.CodeOf(of, of.EncoderVersion) is not null;
    }

    /// <summary>
    /// The record as the generation that serves would have it, after it took another's place: the features are those of its model. Null if
    /// that changes nothing.
    /// </summary>
    public static ImageRecord? Adopt(ImageRecord record, Generation generation)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(generation);
        if (!record.Stages.TryGetValue(Stages.Cnn, out var cnn) || !cnn.Done || record.FeaturesKey(generation.ModelVersion) is not { } key)
        {
            return null;
        }

        var stages = Sorted(record, record.Codes(), generation);
        stages[Stages.Cnn] = cnn with { Version = generation.ModelVersion, FeatureKey = key };
        return Differs(stages, record) ? record with { Stages = stages } : null;
    }

    /// <summary>Notes an image's visual words, kept apart by vocabulary; those that no generation has any more are forgotten.</summary>
    /// <returns>The record with them, or null if that changes nothing.</returns>
    public static ImageRecord? SettleWords(ImageRecord record, StageOutcome words, Generation generation)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(generation);
        StageOutcome[] known = [words, .. record.Words()];
        var stages = new Dictionary<string, StageOutcome>(record.Stages);
        stages.Remove(Stages.Words);
        stages.Remove(Stages.NextWords);
        stages.Remove(Stages.PreviousWords);
        foreach (var (stage, version) in generation.Vocabularies())
        {
            if (known.FirstOrDefault(made => made.Version == version) is { } made)
            {
                stages[stage] = made;
            }
        }

        // No image waits for its words: they come to a point that may be there already.
        return Differs(stages, record) ? record with { Stages = stages, PayloadRevision = record.PayloadRevision + 1 } : null;
    }

    /// <summary>Whether an image is still to have the words of a vocabulary that a generation has and the serving one has not.</summary>
    public static bool LacksWords(ImageRecord record, Generation of, Generation serving)
    {
        ArgumentNullException.ThrowIfNull(of);
        ArgumentNullException.ThrowIfNull(serving);
        return of.VocabularyVersion is { } vocabulary && vocabulary != serving.VocabularyVersion && ImageWords.ToMake(record, vocabulary) is not null;
    }

    /// <summary>Keeps the codes apart that images are to have. A code of any other encoder or model is of no use.</summary>
    private static ImageRecord? SettleCode(ImageRecord record, StageOutcome code, Generation generation)
    {
        var stages = Sorted(record, [code, .. record.Codes()], generation);

        // The first code is part of what the image waits for; a later one comes to a point that may be there already.
        var later = record.Stages.ContainsKey(Stages.Hash);
        return Differs(stages, record) ? record with { Stages = stages, PayloadRevision = record.PayloadRevision + (later ? 1 : 0) } : null;
    }

    private static Dictionary<string, StageOutcome> Sorted(ImageRecord record, IEnumerable<StageOutcome> known, Generation generation)
    {
        StageOutcome[] codes = [.. known];
        var stages = new Dictionary<string, StageOutcome>(record.Stages);
        stages.Remove(Stages.NextHash);
        stages.Remove(Stages.NextModel);
        stages.Remove(Stages.PreviousModel);
        foreach (var (stage, of, encoder) in generation.Codes())
        {
            if (codes.FirstOrDefault(code => code.IsCodeOf(of, encoder.Version)) is { } made)
            {
                stages[stage] = made;
            }
        }

        return stages;
    }

    private static bool Differs(Dictionary<string, StageOutcome> stages, ImageRecord record) =>
        stages.Count != record.Stages.Count || stages.Any(stage => !stage.Value.SameAs(record.Stages.GetValueOrDefault(stage.Key)));

    private static bool IsToBeEncoded(ImageRecord record) =>
        record.Stages.TryGetValue(Stages.Cnn, out var cnn) && cnn.Done && record.Stages.GetValueOrDefault(Stages.Hash) is not { Done: false };

    private static bool IsRejected(ImageRecord record) =>
        record.Stages.TryGetValue(Stages.Sift, out var sift) && !sift.Done
        && record.Stages.TryGetValue(Stages.Cnn, out var cnn) && !cnn.Done;
}
