using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Neighbours;

namespace Pipeline.NeighbourMining;

/// <summary>Compares two states of a neighbourhood.</summary>
public static class NeighbourhoodChanges
{
    /// <summary>
    /// The images whose own neighbourhood a change makes doubtful: who crossed a limit that counts within a list and names the image,
    /// because a pair may have begun or ended seen from there.
    /// </summary>
    /// <param name="before">The neighbourhood that is replaced, or null.</param>
    /// <param name="after">The new one.</param>
    /// <param name="namers">Who names the image now; null where not all of them are known. Then anybody may.</param>
    /// <param name="options">The limits.</param>
    public static HashSet<Guid> Doubtful(Neighbourhood? before, Neighbourhood after, Namers? namers, MiningOptions options)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(options);
        var doubtful = new HashSet<Guid>();
        Compare(before?.Cnn, after.Cnn, namers?.Cnn, options.ReturnNeighbours);
        Compare(before?.Sift, after.Sift, namers?.Sift, options.ReturnNeighbours, options.SiftNeighbours);
        return doubtful;

        void Compare(SpaceNeighbourhood? old, SpaceNeighbourhood @new, IReadOnlyList<Guid>? namers, params ReadOnlySpan<int> limits)
        {
            foreach (var limit in limits)
            {
                var crossed = Ids(old).Take(limit).ToHashSet();
                crossed.SymmetricExceptWith(Ids(@new).Take(limit));
                doubtful.UnionWith(namers is null || crossed.Count == 0 ? crossed : namers.Where(crossed.Contains));
            }
        }
    }

    /// <summary>The images that its lists name, in a space in which they did not before.</summary>
    public static IEnumerable<Guid> NewlyNamed(Neighbourhood? before, Neighbourhood after)
    {
        ArgumentNullException.ThrowIfNull(after);
        return Ids(after.Cnn).Except(Ids(before?.Cnn)).Union(Ids(after.Sift).Except(Ids(before?.Sift)));
    }

    /// <summary>What is still to be told of a neighbourhood's pairs, or null if nothing is.</summary>
    public static NeighboursMined? Unpublished(Neighbourhood neighbourhood, string collection)
    {
        ArgumentNullException.ThrowIfNull(neighbourhood);
        var told = neighbourhood.PublishedPairs.ToDictionary(pair => pair.OtherId);
        MinedPair[] changed =
        [
            .. neighbourhood.Pairs.Where(pair => told.GetValueOrDefault(pair.OtherId) != pair || neighbourhood.PerhapsPublished.Contains(pair.OtherId)),
        ];
        Guid[] removed = [.. told.Keys.Union(neighbourhood.PerhapsPublished).Except(neighbourhood.Pairs.Select(pair => pair.OtherId)).Order()];
        return changed.Length + removed.Length == 0
            ? null
            : new NeighboursMined
            {
                Collection = collection,
                Tenant = neighbourhood.Tenant,
                ImageId = neighbourhood.ImageId,
                Incarnation = neighbourhood.Incarnation,
                Sequence = neighbourhood.Sequence,
                Changed = changed,
                Removed = removed,
                ModelVersion = neighbourhood.ModelVersion,
                VocabularyVersion = neighbourhood.VocabularyVersion,
            };
    }

    /// <summary>
    /// The new state of a neighbourhood with what must be remembered of the one it replaces: pairs that somebody may be
    /// publishing at this moment, or died while publishing.
    /// </summary>
    public static Neighbourhood Succeed(Neighbourhood? before, Neighbourhood after)
    {
        ArgumentNullException.ThrowIfNull(after);
        if (before is null || before.Incarnation != after.Incarnation)
        {
            return after with { Sequence = 1 };
        }

        var told = before.PublishedPairs.ToDictionary(pair => pair.OtherId);
        return after with
        {
            Sequence = before.Sequence + 1,
            PerhapsPublished =
            [
                .. before.PerhapsPublished
                    .Union(before.Pairs.Where(pair => told.GetValueOrDefault(pair.OtherId) != pair).Select(pair => pair.OtherId))
                    .Order(),
            ],
        };
    }

    /// <summary>Whether its embedded vector is still to be made, or made anew.</summary>
    public static bool NeedsEmbedding(Neighbourhood neighbourhood)
    {
        ArgumentNullException.ThrowIfNull(neighbourhood);
        return neighbourhood.Cnn.Revision > 0
            && (neighbourhood.EmbeddedModel != neighbourhood.ModelVersion
                || neighbourhood.EmbeddedPulls is not { } pulls || !pulls.SequenceEqual(neighbourhood.Pulls));
    }

    /// <summary>How many of an image's lists name others, or in another order, than they did; none of one that has gone.</summary>
    public static int ListsThatDiffer(Neighbourhood? before, Neighbourhood? after)
    {
        return after is null ? 0 : Count(before?.Cnn, after.Cnn) + Count(before?.Sift, after.Sift);

        static int Count(SpaceNeighbourhood? old, SpaceNeighbourhood @new) => Ids(old).SequenceEqual(Ids(@new)) ? 0 : 1;
    }

    /// <summary>Whether both say the same.</summary>
    public static bool Same(Neighbourhood? a, Neighbourhood? b) =>
        ReferenceEquals(a, b)
        || (a is not null && b is not null
            && a.Tenant == b.Tenant && a.Incarnation == b.Incarnation && a.ModelVersion == b.ModelVersion
            && a.VocabularyVersion == b.VocabularyVersion && a.EmbeddedModel == b.EmbeddedModel && a.EmbeddedFor == b.EmbeddedFor && a.Sequence == b.Sequence
            && a.PerhapsPublished.SequenceEqual(b.PerhapsPublished)
            && Same(a.Cnn, b.Cnn) && Same(a.Sift, b.Sift)
            && a.Checks.SequenceEqual(b.Checks) && a.Pairs.SequenceEqual(b.Pairs) && a.PublishedPairs.SequenceEqual(b.PublishedPairs)
            && a.Pulls.SequenceEqual(b.Pulls) && (a.EmbeddedPulls ?? []).SequenceEqual(b.EmbeddedPulls ?? [])
            && a.EmbeddedPulls is null == b.EmbeddedPulls is null);

    private static bool Same(SpaceNeighbourhood a, SpaceNeighbourhood b) =>
        a.Revision == b.Revision && a.Nearest.SequenceEqual<NearImage>(b.Nearest);

    private static IEnumerable<Guid> Ids(SpaceNeighbourhood? space) => (space?.Nearest ?? []).Select(near => near.ImageId);
}
