namespace Pipeline.VectorIndex.Hamming;

/// <summary>Where a bucket lies in its <see cref="BucketSlab"/>.</summary>
/// <param name="Start">Its first unit of memory.</param>
/// <param name="Count">Codes in it.</param>
internal readonly record struct Bucket(int Start, int Count);
