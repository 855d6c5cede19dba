namespace Pipeline.VectorIndex;

/// <summary>Asks for the neighbours of points in one space.</summary>
/// <param name="Space">Name of the space.</param>
/// <param name="Ids">The points.</param>
public sealed record NeighbourQuery(string Space, IReadOnlyCollection<Guid> Ids);
