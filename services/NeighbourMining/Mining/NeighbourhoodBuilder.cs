using Pipeline.Catalog;
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

    /// <summary>Settles pairs and pulls by what verification said.</summary>
    public Neighbourhood WithPairs(Neighbourhood neighbourhood, IReadOnlyList<PairCheck> checks)
    {
        ArgumentNullException.ThrowIfNull(neighbourhood);
        var known = checks.ToDictionary(check => check.OtherId);
        var image = neighbourhood.ImageId;
        return neighbourhood with
        {
            Checks = checks,
            Pairs = [.. Pairs(image).Select(pair => ToPair(pair, known[pair.Other]))],
            Pulls = [.. SiftPartners(image).Where(other => known[other].Verified).Order()],
        };
    }

    private IReadOnlyList<CandidatePair<Guid>> Pairs(Guid image) => PairMiner.Of(image, _cnn.Nearest, _sift.Nearest, _options);

    /// <summary>Reciprocal in SIFT space in either direction: a pull is mutual.</summary>
    private IEnumerable<Guid> SiftPartners(Guid image)
    {
        var nearest = _sift.Nearest(image);
        for (var i = 0; i < nearest.Count && i < _options.ReturnNeighbours; i++)
        {
            if (ReciprocalNeighbours.PlaceOf(image, _sift.Nearest(nearest[i])) is { } back
                && back < _options.ReturnNeighbours && (i < _options.SiftNeighbours || back < _options.SiftNeighbours))
            {
                yield return nearest[i];
            }
        }
    }

    private static MinedPair ToPair(CandidatePair<Guid> pair, PairCheck check) => new()
    {
        OtherId = pair.Other,
        Kind = pair.Kind switch
        {
            PairKind.Confirmed => PairKinds.Confirmed,
            PairKind.Complementary => PairKinds.Complementary,
            _ => PairKinds.CnnOnly,
        },
        Verified = check.Verified,
        CnnRank = pair.CnnRank,
        SiftRank = pair.SiftRank,
        Inliers = check.Inliers,
        CentralSupport = check.CentralSupport,
    };

    /// <summary>One space of the answer. A list that is not in it belongs to an image that names none of those asked for.</summary>
    private sealed class SpaceView(NeighbourLists space)
    {
        private readonly Dictionary<Guid, ImageNeighbours> _lists = space.Lists.Concat(space.Reverse).ToDictionary(list => list.ImageId);
        private readonly Dictionary<Guid, Guid[]> _nearest = [];
        private readonly ILookup<Guid, Guid> _namedBy = space.Lists.Concat(space.Reverse)
            .SelectMany(list => list.Neighbours.Select(neighbour => (neighbour.ImageId, By: list.ImageId)))
            .ToLookup(naming => naming.ImageId, naming => naming.By);

        public bool Has(Guid image) => _lists.ContainsKey(image);

        public IReadOnlyList<Guid> Nearest(Guid image)
        {
            if (!_nearest.TryGetValue(image, out var ids))
            {
                _nearest[image] = ids = _lists.TryGetValue(image, out var list) ? [.. list.Neighbours.Select(n => n.ImageId)] : [];
            }

            return ids;
        }

        public SpaceNeighbourhood Of(Guid image) => _lists.TryGetValue(image, out var list)
            ? new SpaceNeighbourhood { Revision = list.Revision, Nearest = list.Neighbours, NamedBy = [.. _namedBy[image].Order()] }
            : SpaceNeighbourhood.Empty;
    }
}
