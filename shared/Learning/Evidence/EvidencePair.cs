namespace Pipeline.Learning.Evidence;

/// <summary>Two images, by their places, that are known to show the same thing. The order does not matter.</summary>
/// <param name="First">An image's place, 0 … images − 1.</param>
/// <param name="Second">Another image's place.</param>
public readonly record struct EvidencePair(int First, int Second);
