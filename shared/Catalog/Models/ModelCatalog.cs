namespace Pipeline.Catalog;

/// <summary>
/// What heads are called in the registry. Which model serves is said by <see cref="Generation.ModelVersion"/>, and which one is about to by
/// <see cref="Generation.Next"/>.
/// </summary>
public static class ModelCatalog
{
    /// <summary>Kind of the artifacts of heads, whose versions are <c>head-…</c>.</summary>
    public const string HeadKind = "head";

    /// <summary>The setting in a head's lineage that names the backbone whose trunk activations it takes.</summary>
    public const string BackboneSetting = "backbone";
}
