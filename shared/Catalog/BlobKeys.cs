using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>Where things are in the blob store.</summary>
public static class BlobKeys
{
    /// <summary>Prefix of uploads that wait for the Upload service.</summary>
    public const string IncomingPrefix = "incoming/";

    /// <summary>Prefix of query pictures, which live for one request.</summary>
    public const string QueriesPrefix = "queries/";

    /// <summary>An upload's bytes before they are accepted.</summary>
    public static string Incoming(Guid uploadId) => $"{IncomingPrefix}{uploadId:N}";

    /// <summary>A query's bytes while it is answered.</summary>
    public static string Query(Guid queryId) => $"{QueriesPrefix}{queryId:N}";

    /// <summary>Prefix of all images' bytes.</summary>
    public const string ImagesPrefix = "images/";

    /// <summary>Prefix of all manifests.</summary>
    public const string AllManifests = "manifests/";

    /// <summary>An image's bytes: by content, so collections share them.</summary>
    public static string Image(string contentHash) => $"{ImagesPrefix}{contentHash[..2]}/{contentHash}";

    /// <summary>Everything computed from one image in all of its lives.</summary>
    public static string FeaturesPrefix(string collection, Guid imageId) => $"features/{collection}/{imageId.ToString("N")[..2]}/{imageId:N}/";

    /// <summary>
    /// Everything computed from an image in one of its lives. Lives share nothing, so that what comes late of one that has
    /// ended can be swept at any time without harm to the next.
    /// </summary>
    public static string FeaturesPrefix(string collection, Guid imageId, int incarnation) =>
        string.Create(CultureInfo.InvariantCulture, $"{FeaturesPrefix(collection, imageId)}{incarnation}/");

    /// <summary>The SIFT features of an image in one of its lives.</summary>
    public static string Sift(string collection, Guid imageId, int incarnation, string version) =>
        FeaturesPrefix(collection, imageId, incarnation) + version;

    /// <summary>The CNN features of an image in one of its lives.</summary>
    public static string Cnn(string collection, Guid imageId, int incarnation, string modelVersion) =>
        FeaturesPrefix(collection, imageId, incarnation) + modelVersion;

    /// <summary>The bag of visual words of an image in one of its lives.</summary>
    public static string Words(string collection, Guid imageId, int incarnation, string vocabularyVersion) =>
        FeaturesPrefix(collection, imageId, incarnation) + vocabularyVersion;

    /// <summary>Everything computed from a collection's images.</summary>
    public static string FeaturesPrefix(string collection) => $"features/{collection}/";

    /// <summary>What is needed to rebuild a collection: the manifests of its images, and its own.</summary>
    public static string ManifestsPrefix(string collection) => $"{AllManifests}{collection}/";

    /// <summary>A collection's own manifest.</summary>
    public static string CollectionManifest(string collection) => ManifestsPrefix(collection) + "collection";

    /// <summary>The manifests of those of a collection's images whose ids begin with two hexadecimal digits.</summary>
    public static string ManifestsPrefix(string collection, int shard) =>
        string.Create(CultureInfo.InvariantCulture, $"{ManifestsPrefix(collection)}{shard:x2}/");

    /// <summary>The manifest of one of an image's lives.</summary>
    public static string Manifest(string collection, Guid imageId, int incarnation) =>
        string.Create(CultureInfo.InvariantCulture, $"{ManifestsPrefix(collection)}{imageId.ToString("N")[..2]}/{imageId:N}.{incarnation}");

    /// <summary>Which life of which image a manifest is about; null if the key is not an image's manifest.</summary>
    public static (Guid ImageId, int Incarnation)? ParseManifest(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        var dot = name.IndexOf('.');
        return dot > 0
            && Guid.TryParseExact(name[..dot], "N", out var image)
            && int.TryParse(name[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var incarnation)
            ? (image, incarnation)
            : null;
    }

    /// <summary>What is remembered of collections that are gone; no collection's name begins like this.</summary>
    public const string Lives = AllManifests + "_lives";

    /// <summary>Everything that updates of a collection's model keep beside the registry.</summary>
    public static string ModelUpdatesPrefix(string collection) => $"model-updates/{collection}/";

    /// <summary>The pairs that updates of a collection's model have seen.</summary>
    public static string SeenPairs(string collection) => $"{ModelUpdatesPrefix(collection)}seen-pairs";

    /// <summary>The pairs that a model of a collection has learned, where its recipe rehearses them.</summary>
    public static string LearnedPairs(string collection, string version) => $"{ModelUpdatesPrefix(collection)}learned/{version}";

    /// <summary>What an update learns from, while it is under way.</summary>
    public static string ModelUpdatePlan(string collection, Guid update) => $"{ModelUpdatesPrefix(collection)}{update:N}/plan";

    /// <summary>Where an update's training stands, while it is under way.</summary>
    public static string ModelUpdateCheckpoint(string collection, Guid update) => $"{ModelUpdatesPrefix(collection)}{update:N}/checkpoint";

    /// <summary>Whether the key names an object that an upload may hand over.</summary>
    public static bool IsIncoming(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(IncomingPrefix, StringComparison.Ordinal) && BlobKey.IsValid(key);
    }
}
