using System.Numerics.Tensors;

namespace Pipeline.Hashing.Learning;

/// <summary>The mean of a network's parameters at several times (Polyak and Juditsky, 1992): what they fluctuate around.</summary>
internal sealed class ParameterMean
{
    private float[][]? _sums;
    private int _count;

    /// <summary>Adds parameters, which become the mean's own.</summary>
    public void Add(float[][] parameters)
    {
        _count++;
        if (_sums is null)
        {
            _sums = parameters;
            return;
        }

        for (int i = 0; i < _sums.Length; i++)
        {
            TensorPrimitives.Add<float>(_sums[i], parameters[i], _sums[i]);
        }
    }

    /// <summary>The mean of at least one.</summary>
    public float[][] Value() => [.. _sums!.Select(sum =>
    {
        var mean = new float[sum.Length];
        TensorPrimitives.Divide<float>(sum, _count, mean);
        return mean;
    })];
}
