using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Learning.Evidence;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>
/// What people said of pairs of images, by the images' places, in both orders. A verdict counts if it stands, the other image is among them and it is
/// about the same life of it.
/// </summary>
internal sealed class JudgedPairs
{
    /// <summary>Looks through verdicts.</summary>
    /// <param name="images">The images.</param>
    /// <param name="verdicts">What each image's record remembers.</param>
    public JudgedPairs(IReadOnlyList<PlannedImage> images, IReadOnlyList<IReadOnlyList<PairVerdict>> verdicts)
    {
        var placeOf = new Dictionary<PlannedImage, int>(images.Count);
        for (var place = 0; place < images.Count; place++)
        {
            placeOf.Add(images[place], place);
        }

        for (var place = 0; place < images.Count; place++)
        {
            foreach (var verdict in verdicts[place].Where(verdict => verdict.Stands))
            {
                if (placeOf.TryGetValue(new PlannedImage(verdict.OtherId, verdict.OtherIncarnation), out var other))
                {
                    var said = verdict.Verdict == PairVerdicts.NotSame ? NotSame : Same;
                    said.Add(new EvidencePair(place, other));
                    said.Add(new EvidencePair(other, place));
                }
            }
        }
    }

    /// <summary>Pairs that show the same, as somebody said.</summary>
    public HashSet<EvidencePair> Same { get; } = [];

    /// <summary>Pairs that do not show the same, as somebody said.</summary>
    public HashSet<EvidencePair> NotSame { get; } = [];
}
