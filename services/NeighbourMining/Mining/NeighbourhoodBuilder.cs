using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Graph;
using Pipeline.Neighbours.Pairs;

namespace Pipeline.NeighbourMining;

/// <summary>Makes neighbourhoods of what the index answered. Pure functions: the order of messages cannot matter.</summary>
public sealed class NeighbourhoodBuilder
{
    private readonly MiningOptions _options;
    private readonly NeighboursFound _answer;
    private readonly SpaceView _cnn;
    private readonly SpaceView _sift;

    /// <summary>Looks at an answer.</summary>
    public NeighbourhoodBuilder(NeighboursFound answer, MiningOptions options)
    {
        ArgumentNullException.ThrowIfNull(answer);
        (_answer, _options, _cnn, _sift) = (answer, options, new SpaceView(answer.Cnn), new SpaceView(answer.Sift));
    }

    /// <summary>Whether an image that was asked for is in the index.</summary>
    public bool Knows(Guid imageId) => ListsOf(imageId) > 0;

    /// <summary>In how many spaces an image that was asked for has a list.</summary>
    public int ListsOf(Guid imageId) => (_cnn.Has(imageId) ? 1 : 0) + (_sift.Has(imageId) ? 1 : 0);

    /// <summary>Who names an image that was asked for; null where the index does not know all of them.</summary>
    public Namers? NamersOf(Guid imageId) => _answer.Bounded ? null : NamersKnown(imageId);

    /// <summary>Who names an image by the index and not by what is stored; and the other way round, if the index knows all of them.</summary>
    public HashSet<Guid> NamersThatDiffer(Guid imageId, Namers stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var known = NamersKnown(imageId);
        var differ = known.Beyond(stored).ToHashSet();
        if (!_answer.Bounded)
        {
            differ.UnionWith(stored.Beyond(known));
        }

        return differ;
    }

    /// <summary>The image's lists; pairs and pulls are not settled before <see cref="WithPairs"/>.</summary>
    public Neighbourhood Lists(Guid imageId, Neighbourhood? before) => (before ?? new Neighbourhood { ImageId = imageId }) with
    {
        Cnn = _cnn.Of(imageId),
        Sift = _sift.Of(imageId),
        ModelVersion = _answer.ModelVersion,
        VocabularyVersion = _answer.VocabularyVersion,
    };

    /// <summary>The images that need geometric verification: its pairs, and those that name it in return.</summary>
    public IReadOnlyList<Guid> Candidates(Guid imageId) =>
        [.. Pairs(imageId).Select(pair => pair.Other).Union(SiftPartners(imageId))];

    /// <summary>
    /// Settles pairs and pulls by what verification said, and above that by what people said: who are not the same form no pair, and the
    /// same need no geometry.
    /// </summary>
    /// <param name="neighbourhood">The lists.</param>
    /// <param name="checks">What verification said, at least of every candidate that nobody judged.</param>
    /// <param name="verdicts">What people said, by the other image.</param>
    public Neighbourhood WithPairs(Neighbourhood neighbourhood, IReadOnlyList<PairCheck> checks, IReadOnlyDictionary<Guid, string> verdicts)
    {
        ArgumentNullException.ThrowIfNull(neighbourhood);
        ArgumentNullException.ThrowIfNull(verdicts);
        var known = checks.ToDictionary(check => check.OtherId);
        var image = neighbourhood.ImageId;
        return neighbourhood with
        {
            Checks = checks,
            Pairs =
            [
                .. Pairs(image)
                    .Where(pair => verdicts.GetValueOrDefault(pair.Other) != PairVerdicts.NotSame)
                    .Select(pair => ToPair(pair, known.GetValueOrDefault(pair.Other), IsVerified(pair.Other))),
            ],
            Pulls = [.. SiftPartners(image).Where(IsVerified).Order()],
        };

        bool IsVerified(Guid other) => verdicts.TryGetValue(other, out var verdict) ? verdict == PairVerdicts.Same : known[other].Verified;
    }

    private Namers NamersKnown(Guid imageId) => new(_cnn.NamedBy(imageId), _sift.NamedBy(imageId));

    private IReadOnlyList<CandidatePair<Guid>> Pairs(Guid image) => PairMiner.Of(_cnn.MutualOf(image), _sift.MutualOf(image), _options);

    /// <summary>Reciprocal in SIFT space in either direction: a pull is mutual.</summary>
    private IEnumerable<Guid> SiftPartners(Guid image)
    {
        var (nearest, back) = _sift.MutualOf(image);
        for (var i = 0; i < nearest.Count && i < _options.ReturnNeighbours; i++)
        {
            if (back[i] >= 1 && back[i] <= _options.ReturnNeighbours && (i < _options.SiftNeighbours || back[i] <= _options.SiftNeighbours))
            {
                yield return nearest[i];
            }
        }
    }

    private static MinedPair ToPair(CandidatePair<Guid> pair, PairCheck? check, bool isVerified) => new()
    {
        OtherId = pair.Other,
        Kind = pair.Kind switch
        {
            PairKind.Confirmed => PairKinds.Confirmed,
            PairKind.Complementary => PairKinds.Complementary,
            _ => PairKinds.CnnOnly,
        },
        Verified = isVerified,
        CnnRank = pair.CnnRank,
        SiftRank = pair.SiftRank,
        Inliers = check?.Inliers ?? 0,
        CentralSupport = check?.CentralSupport ?? 0,
    };

    /// <summary>One space of the answer.</summary>
    private sealed class SpaceView(NeighbourLists space)
    {
        private readonly Dictionary<Guid, ImageNeighbours> _lists = space.Lists.ToDictionary(list => list.ImageId);
        private readonly Dictionary<Guid, MutualList<Guid>> _mutual = [];

        public bool Has(Guid image) => _lists.ContainsKey(image);

        public IReadOnlyList<Guid> NamedBy(Guid image) => _lists.GetValueOrDefault(image)?.NamedBy ?? [];

        public MutualList<Guid> MutualOf(Guid image)
        {
            if (!_mutual.TryGetValue(image, out var mutual))
            {
                _mutual[image] = mutual = _lists.TryGetValue(image, out var list)
                    ? new MutualList<Guid>([.. list.Neighbours.Select(near => near.ImageId)], list.Back)
                    : new MutualList<Guid>([], []);
            }

            return mutual;
        }

        public SpaceNeighbourhood Of(Guid image) => _lists.TryGetValue(image, out var list)
            ? new SpaceNeighbourhood { Revision = list.Revision, Nearest = list.Neighbours }
            : SpaceNeighbourhood.Empty;
    }
}
