namespace Pipeline.Tests.Support;

/// <summary>Waits for something that happens elsewhere.</summary>
public static class Eventually
{
    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="timeout"/> (20 s by default).</exception>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan? timeout = null, Func<string>? describe = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var deadline = DateTime.UtcNow + (timeout ?? TimeSpan.FromSeconds(20));
        while (!condition())
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException(describe?.Invoke() ?? "The condition did not come true in time.");
            }

            await Task.Delay(20);
        }
    }
}
