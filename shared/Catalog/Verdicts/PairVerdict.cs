using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Catalog;

/// <summary>What a person said of an image and another. Both images remember it, and their manifests do, so that a rebuild brings it back.</summary>
/// <param name="OtherId">The other image.</param>
/// <param name="OtherIncarnation">The life of the other image that it is about.</param>
/// <param name="Verdict">Of <see cref="PairVerdicts"/>; one that was taken back is remembered, so that an older one that comes late stays without effect.</param>
/// <param name="By">Who said so.</param>
/// <param name="At">When, UTC.</param>
public sealed record PairVerdict(Guid OtherId, int OtherIncarnation, string Verdict, string By, DateTimeOffset At)
{
    /// <summary>Whether it was not taken back.</summary>
    [JsonIgnore]
    public bool Stands => Verdict != PairVerdicts.Withdrawn;

    /// <summary>Whether it counts and that one does not: by their times, and by their texts where those are equal, so that all sides agree.</summary>
    public bool Supersedes(PairVerdict other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (OtherIncarnation != other.OtherIncarnation)
        {
            return OtherIncarnation > other.OtherIncarnation;
        }

        var order = At.CompareTo(other.At);
        order = order != 0 ? order : string.CompareOrdinal(Verdict, other.Verdict);
        return (order != 0 ? order : string.CompareOrdinal(By, other.By)) > 0;
    }
}
