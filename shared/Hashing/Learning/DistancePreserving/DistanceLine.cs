namespace Pipeline.Hashing.Learning;

/// <summary>The least-squares line h ≈ a·d + b of pairs' Hamming distances h over their distances d.</summary>
/// <param name="Slope">a; 0 where all distances are equal.</param>
/// <param name="Intercept">b.</param>
/// <param name="Correlation">The correlation of both; 0 where either does not vary.</param>
internal readonly record struct DistanceLine(double Slope, double Intercept, double Correlation)
{
    public static DistanceLine Fit(RowPair[] pairs, RowCodes codes)
    {
        double d = 0, h = 0, dd = 0, dh = 0, hh = 0;
        foreach (RowPair pair in pairs)
        {
            d += pair.Distance;
            h += codes.Distance(pair.First, pair.Second);
        }

        double meanD = d / pairs.Length, meanH = h / pairs.Length;
        foreach (RowPair pair in pairs)
        {
            double x = pair.Distance - meanD, y = codes.Distance(pair.First, pair.Second) - meanH;
            dd += x * x;
            dh += x * y;
            hh += y * y;
        }

        double slope = dd > 0 ? dh / dd : 0;
        return new DistanceLine(slope, meanH - (slope * meanD), dd > 0 && hh > 0 ? dh / Math.Sqrt(dd * hh) : 0);
    }
}
