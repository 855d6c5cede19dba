namespace Pipeline.Tests.Support;

/// <summary>Waits for something that happens elsewhere.</summary>
public static class Eventually
{
    /// <summary>
    /// Times are written for a machine that has nothing else to do; a busy one gets so many times as much. A wait ends when what is waited for is
    /// there, so this costs nothing where it comes.
    /// </summary>
    public const int Slack = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="timeout"/> (20 s by default), times <see cref="Slack"/>.</exception>
    public static Task TrueAsync(Func<bool> condition, TimeSpan? timeout = null, Func<string>? describe = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return PollAsync(
            _ => Task.FromResult(condition()), holds => holds, timeout, ShortPause, () => Task.FromResult(describe?.Invoke()));
    }

    /// <summary>Polls until <paramref name="condition"/>, which asks somebody, holds.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="timeout"/> (20 s by default).</exception>
    public static Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? timeout = null, Func<Task<string>>? describe = null, TimeSpan? pause = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return PollAsync(
            _ => condition(), holds => holds, timeout, pause ?? LongPause, async () => describe is null ? null : await describe());
    }

    /// <summary>Polls until <paramref name="condition"/>, which asks somebody, holds.</summary>
    /// <param name="condition">What is waited for; its token ends with the time.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="what">Names what is waited for, for the exception.</param>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static Task TrueAsync(Func<CancellationToken, Task<bool>> condition, TimeSpan timeout, string what) =>
        PollAsync(condition, holds => holds, timeout, ShortPause, () => Task.FromResult<string?>(NotWithin(what, timeout)));

    /// <summary>Polls until <paramref name="find"/> answers something, and answers it.</summary>
    /// <param name="find">Looks for it; its token ends with the time.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="what">Names what is looked for, for the exception.</param>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static async Task<T> FindAsync<T>(Func<CancellationToken, Task<T?>> find, TimeSpan timeout, string what)
        where T : class =>
        (await PollAsync(find, found => found is not null, timeout, ShortPause, () => Task.FromResult<string?>(NotWithin(what, timeout))))!;

    private static string NotWithin(string what, TimeSpan timeout) => $"{what}: not within {(timeout * Slack).TotalSeconds:0} s.";

    private static async Task<T> PollAsync<T>(
        Func<CancellationToken, Task<T>> look, Func<T, bool> isEnough, TimeSpan? timeout, TimeSpan pause, Func<Task<string?>> describe)
    {
        ArgumentNullException.ThrowIfNull(look);
        using var end = new CancellationTokenSource((timeout ?? Patience) * Slack);
        try
        {
            while (true)
            {
                var answer = await look(end.Token);
                if (isEnough(answer))
                {
                    return answer;
                }

                await Task.Delay(pause, end.Token);
            }
        }
        catch (OperationCanceledException e) when (end.IsCancellationRequested)
        {
            throw new TimeoutException(await describe() ?? "The condition did not come true in time.", e);
        }
    }
}
