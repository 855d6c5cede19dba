namespace Pipeline.Hashing.Learning;

/// <summary>The coordinate descent of <see cref="BinaryReconstructiveEmbedding"/>.</summary>
internal sealed class ReconstructionDescent
{
    private readonly RowMatrix _kernel;
    private readonly RowPair[] _pairs;
    private readonly int _bits;
    private readonly int[] _anchors;
    private readonly double[] _weights;

    /// <summary>Σ_q W_pq·κ(x_pq, x_i) [bits, n].</summary>
    private readonly double[] _values;

    /// <summary>Hamming distance of each pair.</summary>
    private readonly int[] _hamming;

    // Pairs of row i: _neighbours[_starts[i] … _starts[i + 1]).
    private readonly int[] _starts;
    private readonly (int Row, int Pair)[] _neighbours;
    private readonly double[] _costs;
    private readonly double[] _flips;
    private readonly int[] _order;
    private readonly bool[] _bitsOfRows;

    public ReconstructionDescent(RowMatrix kernel, int bits, int anchorsOfBit, RowPair[] pairs, SplitMix64 random)
    {
        int n = kernel.Rows;
        (_kernel, _bits, _pairs, AnchorsOfBit) = (kernel, bits, pairs, Math.Min(anchorsOfBit, n));
        _anchors = new int[bits * AnchorsOfBit];
        _weights = new double[_anchors.Length];
        _values = new double[bits * n];
        for (int bit = 0; bit < bits; bit++)
        {
            random.Sample(n, AnchorsOfBit).CopyTo(_anchors.AsSpan(bit * AnchorsOfBit));
            for (int q = 0; q < AnchorsOfBit; q++)
            {
                _weights[(bit * AnchorsOfBit) + q] = random.NextGaussian();
                Shift(bit, Anchor(bit, q), Weight(bit, q));
            }
        }

        _hamming = new int[pairs.Length];
        _costs = new double[pairs.Length];
        (_flips, _order, _bitsOfRows) = (new double[n], new int[n], new bool[n]);
        _starts = new int[n + 1];
        foreach (RowPair pair in pairs)
        {
            _starts[pair.First + 1]++;
            _starts[pair.Second + 1]++;
        }

        for (int i = 0; i < n; i++)
        {
            _starts[i + 1] += _starts[i];
        }

        _neighbours = new (int, int)[2 * pairs.Length];
        int[] next = _starts[..n];
        for (int p = 0; p < pairs.Length; p++)
        {
            _neighbours[next[pairs[p].First]++] = (pairs[p].Second, p);
            _neighbours[next[pairs[p].Second]++] = (pairs[p].First, p);
            for (int bit = 0; bit < bits; bit++)
            {
                _hamming[p] += Differ(bit, pairs[p]);
            }
        }
    }

    public int AnchorsOfBit { get; }

    public int Anchor(int bit, int q) => _anchors[(bit * AnchorsOfBit) + q];

    public double Weight(int bit, int q) => _weights[(bit * AnchorsOfBit) + q];

    /// <summary>Σ over pairs (d − h/L)².</summary>
    public double Error()
    {
        double sum = 0;
        for (int p = 0; p < _pairs.Length; p++)
        {
            double residual = _pairs[p].Distance - ((double)_hamming[p] / _bits);
            sum += residual * residual;
        }

        return sum;
    }

    /// <summary>Sets each weight in turn to where the error is least. The error never rises.</summary>
    public void Sweep(CancellationToken ct)
    {
        for (int bit = 0; bit < _bits; bit++)
        {
            ct.ThrowIfCancellationRequested();

            // What it costs that a pair differs in this bit, given all other bits.
            for (int p = 0; p < _pairs.Length; p++)
            {
                int own = Differ(bit, _pairs[p]);
                _hamming[p] -= own;
                double residual = _pairs[p].Distance - ((double)_hamming[p] / _bits);
                _costs[p] = ((1.0 / _bits) - (2 * residual)) / _bits;
            }

            for (int q = 0; q < AnchorsOfBit; q++)
            {
                double step = BestStep(bit, Anchor(bit, q));
                _weights[(bit * AnchorsOfBit) + q] += step;
                Shift(bit, Anchor(bit, q), step);
            }

            for (int p = 0; p < _pairs.Length; p++)
            {
                _hamming[p] += Differ(bit, _pairs[p]);
            }
        }
    }

    private double BestStep(int bit, int anchor)
    {
        int n = _kernel.Rows;
        ReadOnlySpan<double> values = _values.AsSpan(bit * n, n);
        ReadOnlySpan<float> slopes = _kernel[anchor];
        double current = 0;
        for (int p = 0; p < _pairs.Length; p++)
        {
            current += Differ(bit, _pairs[p]) != 0 ? _costs[p] : 0;
        }

        // From a step of −∞ upwards each row flips once, at −value/slope.
        int count = 0;
        for (int i = 0; i < n; i++)
        {
            _bitsOfRows[i] = slopes[i] != 0 ? slopes[i] < 0 : values[i] > 0;
            if (slopes[i] != 0)
            {
                _flips[count] = -values[i] / slopes[i];
                _order[count++] = i;
            }
        }

        Array.Sort(_flips, _order, 0, count);
        double cost = 0;
        for (int p = 0; p < _pairs.Length; p++)
        {
            cost += _bitsOfRows[_pairs[p].First] != _bitsOfRows[_pairs[p].Second] ? _costs[p] : 0;
        }

        (double best, double step) = (current - 1e-12, 0);
        for (int k = 0; k < count; k++)
        {
            int row = _order[k];
            bool was = _bitsOfRows[row];
            foreach ((int other, int pair) in _neighbours.AsSpan(_starts[row].._starts[row + 1]))
            {
                cost += _bitsOfRows[other] == was ? _costs[pair] : -_costs[pair];
            }

            _bitsOfRows[row] = !was;
            if (cost < best && k + 1 < count && _flips[k + 1] > _flips[k])
            {
                (best, step) = (cost, (_flips[k] + _flips[k + 1]) / 2);
            }
        }

        return step;
    }

    private void Shift(int bit, int anchor, double step)
    {
        if (step == 0)
        {
            return;
        }

        ReadOnlySpan<float> slopes = _kernel[anchor];
        Span<double> values = _values.AsSpan(bit * slopes.Length, slopes.Length);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] += step * slopes[i];
        }
    }

    private int Differ(int bit, RowPair pair)
    {
        int first = bit * _kernel.Rows;
        return (_values[first + pair.First] > 0) != (_values[first + pair.Second] > 0) ? 1 : 0;
    }
}
