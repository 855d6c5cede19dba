using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Hashing.Learning;

/// <summary>What one part of a batch needs on its way through the network and back.</summary>
internal sealed class GradientPart
{
    private readonly ushort[] _draws;
    private readonly float[] _noPadding;
    private uint _threshold;

    public GradientPart(int rows, int inputs, int hidden, int bits)
    {
        Inputs = new RowMatrix(rows, inputs);
        Activity = new RowMatrix(rows, hidden);
        Outputs = new RowMatrix(rows, bits);
        Errors = new RowMatrix(rows, bits);
        HiddenErrors = new RowMatrix(rows, hidden);
        HiddenGradient = new RowMatrix(inputs, hidden);
        OutputGradient = new RowMatrix(hidden, bits);
        HiddenBias = new float[HiddenGradient.Stride];
        OutputBias = new float[OutputGradient.Stride];
        _draws = new ushort[Activity.Values.Length];
        _noPadding = new float[Outputs.Stride];
        _noPadding.AsSpan(0, bits).Fill(1);
    }

    public RowMatrix Inputs { get; }

    public RowMatrix Activity { get; }

    public RowMatrix Outputs { get; }

    /// <summary>The loss's slope in the outputs, and then in their pre-activations.</summary>
    public RowMatrix Errors { get; }

    /// <summary>The loss's slope in the activity, and then in its pre-activations.</summary>
    public RowMatrix HiddenErrors { get; }

    public RowMatrix HiddenGradient { get; }

    public RowMatrix OutputGradient { get; }

    public float[] HiddenBias { get; }

    public float[] OutputBias { get; }

    /// <summary>Draws which hidden units are left out, a 16-bit number for each unit of each row.</summary>
    public void Drop(double share, ulong seed)
    {
        _threshold = (uint)Math.Round(share * 65536);
        if (_threshold == 0)
        {
            return;
        }

        var random = new SplitMix64(seed);
        foreach (ref ulong four in MemoryMarshal.Cast<ushort, ulong>(_draws.AsSpan()))
        {
            four = random.Next();
        }
    }

    /// <summary>Writes which units <see cref="Drop"/> kept, [rows, hidden].</summary>
    public void Kept(Span<bool> kept, int rows)
    {
        int hidden = Activity.Columns, stride = Activity.Stride;
        for (int row = 0; row < rows; row++)
        {
            Span<bool> to = kept.Slice(row * hidden, hidden);
            ReadOnlySpan<ushort> draws = _draws.AsSpan(row * stride, hidden);
            for (int unit = 0; unit < to.Length; unit++)
            {
                to[unit] = draws[unit] >= _threshold;
            }
        }
    }

    /// <summary>Sets the activity of left-out units to 0.</summary>
    public void Mask(int rows)
    {
        if (_threshold == 0)
        {
            return;
        }

        Span<float> activity = Activity.Block(0, rows);
        for (int i = 0; i < activity.Length; i += Vector512<float>.Count)
        {
            (Vector512.Create((ReadOnlySpan<float>)activity[i..]) & Kept(i)).CopyTo(activity[i..]);
        }
    }

    /// <summary>Multiplies the activity's errors by its slope ⅔·(1.7159 − y²/1.7159), 0 for left-out units.</summary>
    public void HiddenSlope(int rows)
    {
        Span<float> errors = HiddenErrors.Block(0, rows), activity = Activity.Block(0, rows);
        Vector512<float> most = Vector512.Create(Activations.Slope * Activations.Amplitude);
        Vector512<float> fall = Vector512.Create(-Activations.Slope / Activations.Amplitude);
        for (int i = 0; i < errors.Length; i += Vector512<float>.Count)
        {
            Vector512<float> y = Vector512.Create((ReadOnlySpan<float>)activity[i..]);
            Vector512<float> slope = Vector512.FusedMultiplyAdd(fall, y * y, most);
            (Vector512.Create((ReadOnlySpan<float>)errors[i..]) * (slope & Kept(i))).CopyTo(errors[i..]);
        }
    }

    /// <summary>Multiplies the outputs' errors by their slope H(1 − H), 0 for padding.</summary>
    public void OutputSlope(int rows)
    {
        Vector512<float> one = Vector512.Create(1f);
        for (int row = 0; row < rows; row++)
        {
            Span<float> errors = Errors.Block(row, 1), outputs = Outputs.Block(row, 1);
            for (int i = 0; i < errors.Length; i += Vector512<float>.Count)
            {
                Vector512<float> output = Vector512.Create((ReadOnlySpan<float>)outputs[i..]);
                Vector512<float> slope = output * (one - output) * Vector512.Create((ReadOnlySpan<float>)_noPadding.AsSpan(i));
                (Vector512.Create((ReadOnlySpan<float>)errors[i..]) * slope).CopyTo(errors[i..]);
            }
        }
    }

    private Vector512<float> Kept(int at)
    {
        (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Create((ReadOnlySpan<ushort>)_draws.AsSpan(at)));
        return Vector512.GreaterThanOrEqual(Vector512.Create(lower, upper), Vector512.Create(_threshold)).AsSingle();
    }
}
