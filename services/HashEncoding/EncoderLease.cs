using Pipeline.Hashing;

namespace Pipeline.HashEncoding;

/// <summary>An encoder in use: it stays open until the lease is given back, even if others took its place in memory.</summary>
public sealed class EncoderLease : IDisposable
{
    private Action? _giveBack;

    internal EncoderLease(HashEncoder encoder, Action giveBack) => (Encoder, _giveBack) = (encoder, giveBack);

    /// <summary>The encoder.</summary>
    public HashEncoder Encoder { get; }

    /// <summary>Gives the lease back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
