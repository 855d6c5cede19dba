using System.Collections.Concurrent;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>Asks one question after the other until it is ended, so that answers come in the order of their questions.</summary>
internal sealed class RepeatedSearch<TAnswer> : IAsyncDisposable
{
    private readonly ConcurrentQueue<TAnswer> _answers = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _searching;

    /// <param name="ask">Asks question 0, 1 and so on.</param>
    public RepeatedSearch(Func<int, Task<TAnswer>> ask) => _searching = Task.Run(async () =>
    {
        for (var i = 0; !_ended.IsCancellationRequested; i++)
        {
            _answers.Enqueue(await ask(i));
        }
    });

    /// <summary>Waits for answers; fails as a question does.</summary>
    public async Task UntilAsync(Func<IEnumerable<TAnswer>, bool> isReached, TimeSpan patience, string what)
    {
        await Eventually.TrueAsync(() => _searching.IsCompleted || isReached(_answers), patience, () => what);
        if (_searching.IsCompleted)
        {
            await _searching;
        }
    }

    /// <summary>Asks no more.</summary>
    /// <returns>All answers.</returns>
    public async Task<IReadOnlyList<TAnswer>> EndAsync()
    {
        await _ended.CancelAsync();
        await _searching;
        return [.. _answers];
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever leaves early has failed by something else.
        await _ended.CancelAsync();
        await _searching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }
}
