namespace Pipeline.NeighbourMining;

/// <summary>An image whose point came into the index, or was written again.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="IndexedAt">Which time it was, as its event says: the same event delivered again says the same.</param>
public readonly record struct Arrival(Guid ImageId, DateTimeOffset IndexedAt);
