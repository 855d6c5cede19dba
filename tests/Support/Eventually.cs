namespace Pipeline.Tests.Support;

/// <summary>Waits for something that happens elsewhere.</summary>
public static class Eventually
{
    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="timeout"/> (20 s by default).</exception>
    public static Task TrueAsync(Func<bool> condition, TimeSpan? timeout = null, Func<string>? describe = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return TrueAsync(
            () => Task.FromResult(condition()),
            timeout,
            describe is null ? null : () => Task.FromResult(describe()),
            TimeSpan.FromMilliseconds(20));
    }

    /// <summary>Polls until <paramref name="condition"/>, which asks somebody, holds.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="timeout"/> (20 s by default).</exception>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? timeout = null, Func<Task<string>>? describe = null, TimeSpan? pause = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var deadline = DateTime.UtcNow + (timeout ?? TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException(describe is null ? "The condition did not come true in time." : await describe());
            }

            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(100));
        }
    }
}
