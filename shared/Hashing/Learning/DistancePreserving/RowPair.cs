namespace Pipeline.Hashing.Learning;

/// <summary>Two rows and their distance d.</summary>
internal readonly record struct RowPair(int First, int Second, float Distance);
