using System.Runtime.Intrinsics;

namespace Pipeline.Hashing.Learning;

/// <summary>The network's two activations, made of additions, multiplications and divisions alone: equal on every processor.</summary>
internal static class Activations
{
    /// <summary>Amplitude of the hidden activation 1.7159·tanh(2x/3) (LeCun and others, Efficient BackProp, 1998).</summary>
    public const float Amplitude = 1.7159f;

    /// <summary>Slope inside the hidden activation.</summary>
    public const float Slope = 2f / 3f;

    /// <summary>1.7159·tanh(2x/3) in place; whole vectors of 16.</summary>
    public static void Hidden(Span<float> values)
    {
        Vector512<float> one = Vector512.Create(1f), two = Vector512.Create(2f), amplitude = Vector512.Create(Amplitude);
        for (int i = 0; i < values.Length; i += Vector512<float>.Count)
        {
            Vector512<float> e = Exp(Vector512.Create((ReadOnlySpan<float>)values[i..]) * Vector512.Create(2 * Slope));
            (amplitude * (one - (two / (e + one)))).CopyTo(values[i..]);
        }
    }

    /// <summary>1/(1 + e^−x) in place; whole vectors of 16.</summary>
    public static void Sigmoid(Span<float> values)
    {
        Vector512<float> one = Vector512.Create(1f);
        for (int i = 0; i < values.Length; i += Vector512<float>.Count)
        {
            (one / (one + Exp(-Vector512.Create((ReadOnlySpan<float>)values[i..])))).CopyTo(values[i..]);
        }
    }

    // e^x = 2^n · e^r, |r| ≤ ln(2)/2, e^r by its series to the seventh power: relative error below 3·10⁻⁷.
    private static Vector512<float> Exp(Vector512<float> x)
    {
        x = Vector512.Min(Vector512.Max(x, Vector512.Create(-87f)), Vector512.Create(87f));

        // Adding 1.5·2²³ rounds to the nearest integer, which the low bits then hold.
        Vector512<float> magic = Vector512.Create(12582912f);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), magic);
        Vector512<float> n = shifted - magic;
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145752f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.42860677e-6f), r);
        Vector512<float> p = Vector512.Create(1f / 5040);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f));
        return (p.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }
}
