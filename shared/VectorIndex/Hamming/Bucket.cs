namespace Pipeline.VectorIndex.Hamming;

/// <summary>Where a bucket lies in its <see cref="BucketSlab"/>.</summary>
/// <param name="Start">First word.</param>
/// <param name="Count">Records in it.</param>
internal readonly record struct Bucket(int Start, int Count);
