using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Search;

/// <summary>The rules a search must obey.</summary>
public static class SearchValidator
{
    /// <summary>Checks a search.</summary>
    /// <exception cref="PermanentException">It breaks a rule.</exception>
    public static void Check(SearchImages request, SearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        Require(request.SchemaVersion == SchemaVersions.Current, RejectionReasons.UnknownSchemaVersion, $"schemaVersion must be {SchemaVersions.Current}.");
        Require(CollectionName.IsValid(request.Collection), RejectionReasons.InvalidCollection, "collection is no valid name.");
        Require(CollectionName.IsValid(request.Tenant), RejectionReasons.InvalidCollection, "tenant is no valid name.");
        Require((request.Image is null) != (request.ImageId is null), RefusalReasons.InvalidRequest, "Exactly one of image and imageId must be given.");
        Require(request.Limit >= 1 && request.Limit <= options.MaxLimit, RefusalReasons.InvalidRequest, $"limit must be 1 to {options.MaxLimit}.");
        Require(request.Mode is SearchModes.Cnn or SearchModes.Hash or SearchModes.Sift or SearchModes.Cie or SearchModes.Fused, RefusalReasons.InvalidRequest, "mode must be cnn, hash, sift, cie or fused.");
        Require(request.Rerank is RerankModes.None or RerankModes.Geometric, RefusalReasons.InvalidRequest, "rerank must be none or geometric.");
        Require(request.Labels is { Count: <= 64 } && request.Labels.All(l => !string.IsNullOrEmpty(l)), RefusalReasons.InvalidRequest, "labels must be at most 64 and none empty.");
    }

    private static void Require(bool holds, string reason, string detail)
    {
        if (!holds)
        {
            throw new PermanentException(reason, detail);
        }
    }
}
