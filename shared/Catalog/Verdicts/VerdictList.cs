using Pipeline.Contracts;

namespace Pipeline.Catalog;

/// <summary>The verdicts that an image's record holds. Pure functions, for compare-and-set.</summary>
public static class VerdictList
{
    /// <summary>Most verdicts that an image remembers. Those taken back make room, the oldest first.</summary>
    public const int Max = 256;

    /// <summary>Each other image with what counts of it, <see cref="PairVerdicts.Same"/> or <see cref="PairVerdicts.NotSame"/>.</summary>
    public static IReadOnlyDictionary<Guid, string> Standing(this ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Verdicts.Where(verdict => verdict.Stands).ToDictionary(verdict => verdict.OtherId, verdict => verdict.Verdict);
    }

    /// <summary>The verdict on an image and another, one taken back included; null where nobody ever judged.</summary>
    public static PairVerdict? VerdictOn(this ImageRecord record, Guid other)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Verdicts.FirstOrDefault(verdict => verdict.OtherId == other);
    }

    /// <summary>Whether there is room for a verdict on another image.</summary>
    public static bool HasRoomFor(this ImageRecord record, Guid other)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Verdicts.Count(verdict => verdict.OtherId != other && verdict.Stands) < Max;
    }

    /// <summary>The record with a verdict; the same one where a later verdict counts, or there is no room.</summary>
    public static ImageRecord With(this ImageRecord record, PairVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(verdict);
        if (!record.HasRoomFor(verdict.OtherId) || (record.VerdictOn(verdict.OtherId) is { } before && !verdict.Supersedes(before)))
        {
            return record;
        }

        var others = record.Verdicts.Where(known => known.OtherId != verdict.OtherId).ToList();
        if (others.Count >= Max)
        {
            others.Remove(others.Where(known => !known.Stands).MinBy(known => known.At)!);
        }

        return record with { Verdicts = [.. others.Append(verdict).OrderBy(known => known.OtherId)] };
    }

    /// <summary>The record without what was said of a life of another image; the same one where nothing was.</summary>
    public static ImageRecord Without(this ImageRecord record, Guid other, int incarnation)
    {
        ArgumentNullException.ThrowIfNull(record);
        PairVerdict[] left = [.. record.Verdicts.Where(verdict => verdict.OtherId != other || verdict.OtherIncarnation != incarnation)];
        return left.Length == record.Verdicts.Count ? record : record with { Verdicts = left };
    }
}
