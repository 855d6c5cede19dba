namespace Pipeline.Storage;

/// <summary>An artifact in use: it stays open until the lease is given back, even if others took its place in memory.</summary>
/// <param name="value">What is used.</param>
/// <param name="giveBack">Called once; null where nothing needs to be given back.</param>
/// <typeparam name="T">What is used.</typeparam>
public sealed class ArtifactLease<T>(T value, Action? giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    /// <summary>What is used.</summary>
    public T Value { get; } = value;

    /// <summary>Gives the lease back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
