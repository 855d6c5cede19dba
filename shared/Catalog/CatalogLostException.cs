namespace Pipeline.Catalog;

/// <summary>The blob store knows a collection that the catalog does not: that lost it, and a rebuild brings it back.</summary>
public sealed class CatalogLostException(string collection)
    : Exception($"The catalog has lost the collection '{collection}'. Rebuild it, then go on.");
