namespace Pipeline.VectorIndex;

/// <summary>A page of <see cref="IVectorIndex.ScanAsync"/>.</summary>
/// <param name="Points">In ascending order of id.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; null if this was the last.</param>
public sealed record IndexPage(IReadOnlyList<IndexPoint> Points, Guid? Next);
