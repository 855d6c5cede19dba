namespace Pipeline.Hashing.Learning;

/// <summary>The inference of <see cref="MinimalLossHashing"/>.</summary>
internal static class LossAugmented
{
    /// <summary>
    /// Finds the codes g, h of ±1 that maximise loss(Hamming distance of g, h) + g·α + h·β, exactly: given the distance
    /// m, those m bits differ that lose the least score by it. Puts sign(α) − g and sign(β) − h in their place.
    /// </summary>
    /// <param name="first">α, the pre-activations of the first code.</param>
    /// <param name="second">β, those of the second.</param>
    /// <param name="similar">Whether the pair shall be at a small distance.</param>
    /// <param name="threshold">ρ.</param>
    /// <param name="dissimilarWeight">λ.</param>
    /// <returns>The maximum.</returns>
    public static double Moves(Span<float> first, Span<float> second, bool similar, double threshold, double dissimilarWeight)
    {
        int bits = first.Length;
        Span<float> losses = stackalloc float[bits];
        Span<int> order = stackalloc int[bits];
        double score = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            float alike = Math.Abs(first[bit] + second[bit]);
            score += alike;
            losses[bit] = alike - Math.Abs(first[bit] - second[bit]);
            order[bit] = bit;
        }

        losses.Sort(order);
        (double best, int distance) = (score + Loss(0, similar, threshold, dissimilarWeight), 0);
        for (int m = 1; m <= bits; m++)
        {
            score -= losses[m - 1];
            double value = score + Loss(m, similar, threshold, dissimilarWeight);
            if (value > best)
            {
                (best, distance) = (value, m);
            }
        }

        for (int k = 0; k < bits; k++)
        {
            int bit = order[k];
            float x = first[bit], y = second[bit];

            // Differing: both follow the sign of x − y; alike: of x + y.
            float g = k < distance ? Sign(x - y) : Sign(x + y);
            float h = k < distance ? -g : g;
            first[bit] = Sign(x) - g;
            second[bit] = Sign(y) - h;
        }

        return best;
    }

    public static double Loss(int distance, bool similar, double threshold, double dissimilarWeight) => similar
        ? Math.Max(distance - threshold + 1, 0)
        : dissimilarWeight * Math.Max(threshold - distance + 1, 0);

    private static float Sign(float value) => value > 0 ? 1 : -1;
}
