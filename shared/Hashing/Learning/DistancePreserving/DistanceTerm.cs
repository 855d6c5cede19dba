namespace Pipeline.Hashing.Learning;

/// <summary>The line h ≈ a·d + b that Hamming distances shall follow, and the weights of the terms of the loss.</summary>
internal readonly record struct DistanceTerm(double A, double B, double Alpha, double Lambda, double Gamma = 0);
