using System.Buffers;

namespace Pipeline.Hashing;

/// <summary>Doubles borrowed from the pool for as long as the scope lasts; their contents are not cleared.</summary>
internal readonly ref struct Scratch
{
    private readonly double[] _borrowed;

    public Scratch(int length)
    {
        _borrowed = ArrayPool<double>.Shared.Rent(length);
        Span = _borrowed.AsSpan(0, length);
    }

    public Span<double> Span { get; }

    public void Dispose() => ArrayPool<double>.Shared.Return(_borrowed);
}
