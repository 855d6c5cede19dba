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
    public Task<IDisposable> ForImageAsync(Guid imageId, CancellationToken ct)
    {
        var turn = (imageId.GetHashCode() & int.MaxValue) % Turns;
        return TakeAsync(turn, turn + 1, ct);
    }

    /// <summary>Waits until nobody writes; nobody does until the result is disposed. Not re-entrant.</summary>
    public Task<IDisposable> ForAllAsync(CancellationToken ct) => TakeAsync(0, Turns, ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }
    }

    /// <summary>Always in ascending order, so that two that need several never wait for each other.</summary>
    private async Task<IDisposable> TakeAsync(int first, int end, CancellationToken ct)
    {
        var taken = new Taken(_turns, first);
        try
        {
            for (; taken.End < end; taken.End++)
            {
                await _turns[taken.End].WaitAsync(ct);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private sealed class Taken : IDisposable
    {
        private readonly SemaphoreSlim[] _turns;
        private readonly int _first;

        public Taken(SemaphoreSlim[] turns, int first)
        {
            _turns = turns;
            _first = first;
            End = first;
        }

        public int End { get; set; }

        public void Dispose()
        {
            for (; End > _first; End--)
            {
                _turns[End - 1].Release();
            }
        }
    }
}
