using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>
/// Which pairs of a collection, verified or the same by people's word, no update has seen yet. Told changes are only counted, as a hint when to look: they come twice and
/// out of order, and after a change of model most pairs are told again. What decides is a look at the catalog.
/// </summary>
public sealed class SeenPairs(IStateStore state, IBlobStore blobs, CollectionWalk walk)
{
    /// <summary>Notes what mining told of.</summary>
    public async Task HintAsync(NeighboursMined mined, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(mined);
        if (mined.Changed.Count(pair => pair.Verified) is > 0 and var changes)
        {
            await AddAsync(mined.Collection, changes, ct);
        }
    }

    /// <summary>Notes what a person said: mining tells of it only where it found the pair.</summary>
    public async Task HintAsync(PairJudged judged, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(judged);
        if (judged.Verdict == PairVerdicts.Same)
        {
            await AddAsync(judged.Collection, 1, ct);
        }
    }

    /// <summary>Roughly how many pairs are new: never fewer than there are, if all that was mined and judged was told.</summary>
    public Task<long> HintedAsync(string collection, CancellationToken ct) => state.GetCounterAsync(HintKey(collection), ct);

    /// <summary>Counts exactly, and corrects the hint by that.</summary>
    public async Task<EvidenceCount> CountAsync(string collection, CancellationToken ct)
    {
        // What is told during the walk stays a hint.
        var hinted = await HintedAsync(collection, ct);
        var seen = await PairHash.ReadAsync(blobs, BlobKeys.SeenPairs(collection), ct);
        var images = 0;
        var fresh = new HashSet<ulong>();
        await foreach (var image in walk.WalkAsync(collection, ct))
        {
            images++;
            fresh.UnionWith(image.Evidence().Where(hash => Array.BinarySearch(seen, hash) < 0));
        }

        await AddAsync(collection, fresh.Count - hinted, ct);
        return new EvidenceCount(images, fresh.Count);
    }

    /// <summary>Notes that an update has seen these pairs, and no others.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="hashes">The pairs; sorted in place.</param>
    /// <param name="ct">Cancels.</param>
    internal Task NoteAsync(string collection, ulong[] hashes, CancellationToken ct) =>
        PairHash.StoreAsync(blobs, BlobKeys.SeenPairs(collection), hashes, ct);

    private async Task AddAsync(string collection, long changes, CancellationToken ct)
    {
        if (changes != 0)
        {
            await state.TryCommitAsync(new StateTransaction().Increment(HintKey(collection), changes), ct);
        }
    }

    private static StateKey HintKey(string collection) => new("model-evidence", collection);
}

/// <summary>What an update could learn from.</summary>
/// <param name="Images">Indexed images with CNN features.</param>
/// <param name="NewPairs">Pairs that are verified or that people said are the same, each once, that no update has seen.</param>
public readonly record struct EvidenceCount(int Images, int NewPairs);
