namespace Pipeline.Indexing;

/// <summary>
/// Turns of writing to the index. A point is put together from what is there already and from what is new, so two writers of one
/// point must not do that at once; and a change that concerns all points must find no writer half done. Only Indexing writes, in one process.
/// </summary>
public sealed class IndexWrites : IDisposable
{
    /// <summary>Images share turns, so that their number does not matter; far more than ever write at once.</summary>
    private const int Turns = 64;

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the turn of one image; disposing the result ends it. Not re-entrant.</summary>
    public Task<IDisposable> ForImageAsync(Guid imageId, CancellationToken ct) => TakeAsync([TurnOf(imageId)], ct);

    /// <summary>Waits for the turns of several images; disposing the result ends them. Not re-entrant.</summary>
    public Task<IDisposable> ForImagesAsync(IEnumerable<Guid> imageIds, CancellationToken ct) =>
        TakeAsync([.. imageIds.Select(TurnOf).Distinct().Order()], ct);

    /// <summary>Waits until nobody writes; nobody does until the result is disposed. Not re-entrant.</summary>
    public Task<IDisposable> ForAllAsync(CancellationToken ct) => TakeAsync([.. Enumerable.Range(0, Turns)], ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }
    }

    private static int TurnOf(Guid imageId) => (imageId.GetHashCode() & int.MaxValue) % Turns;

    /// <summary>Always in ascending order, so that two that need several never wait for each other.</summary>
    private async Task<IDisposable> TakeAsync(int[] ascending, CancellationToken ct)
    {
        var taken = new Taken(_turns, ascending);
        try
        {
            for (; taken.Count < ascending.Length; taken.Count++)
            {
                await _turns[ascending[taken.Count]].WaitAsync(ct);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private sealed class Taken(SemaphoreSlim[] turns, int[] which) : IDisposable
    {
        public int Count { get; set; }

        public void Dispose()
        {
            for (; Count > 0; Count--)
            {
                turns[which[Count - 1]].Release();
            }
        }
    }
}
