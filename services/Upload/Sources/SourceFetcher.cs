using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Imaging;
using Pipeline.Storage;

namespace Pipeline.Upload.Sources;

/// <summary>Gets an upload's bytes from wherever its source points, within the limits.</summary>
public sealed class SourceFetcher(
    IBlobStore blobs,
    FileSource files,
    HttpSource http,
    IOptions<UploadOptions> options,
    IOptions<ImagingOptions> imaging)
{
    /// <summary>Fetches the bytes.</summary>
    /// <param name="source">A source with exactly one member set.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The bytes, or why they will never be had.</returns>
    /// <exception cref="StorageUnavailableException">The blob store does not answer.</exception>
    /// <exception cref="HttpRequestException">The host does not answer or answered with a server error.</exception>
    public Task<FetchResult> FetchAsync(ImageSource source, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source switch
        {
            { Bytes: { } bytes } => Task.FromResult(Inline(bytes)),
            { ObjectKey: { } key } => FetchObjectAsync(key, ct),
            { Uri: { } uri } => FetchUriAsync(uri, ct),
            _ => throw new ArgumentException("The source is empty.", nameof(source)),
        };
    }

    private FetchResult Inline(byte[] bytes) =>
        bytes.Length <= options.Value.MaxInlineBytes
            ? FetchResult.Success(bytes)
            : FetchResult.Failure(RejectionReasons.TooManyBytes, $"{bytes.Length} bytes inline; at most {options.Value.MaxInlineBytes}. Upload by reference instead.");

    private async Task<FetchResult> FetchObjectAsync(string key, CancellationToken ct)
    {
        if (!key.StartsWith(BlobKeysIncoming, StringComparison.Ordinal) || !BlobKey.IsValid(key))
        {
            return FetchResult.Failure(RejectionReasons.InvalidReference, $"An object key must be a path below {BlobKeysIncoming}.");
        }

        return await blobs.TryReadAsync(key, ct) is { } bytes
            ? FetchResult.Success(bytes)
            : FetchResult.Failure(RejectionReasons.SourceNotFound, "There is no object under this key.");
    }

    private Task<FetchResult> FetchUriAsync(string reference, CancellationToken ct)
    {
        // System.Uri folds ".." away before anybody can see it, so the text itself is checked; an escaped slash separates too.
        if (reference.Length > 4096
            || Uri.UnescapeDataString(reference).Replace('\\', '/').Split('/', '?', '#').Any(s => s is ".." or ".")
            || !Uri.TryCreate(reference, UriKind.Absolute, out var uri))
        {
            return Task.FromResult(FetchResult.Failure(RejectionReasons.InvalidReference, "The reference must be an absolute URI without '..' segments."));
        }

        var maxBytes = imaging.Value.MaxBytes;
        return uri.Scheme switch
        {
            "file" => files.FetchAsync(uri, maxBytes, ct),
            "http" or "https" => http.FetchAsync(uri, maxBytes, ct),
            _ => Task.FromResult(FetchResult.Failure(RejectionReasons.InvalidReference, $"The scheme '{uri.Scheme}' is not supported.")),
        };
    }

    private const string BlobKeysIncoming = Catalog.BlobKeys.IncomingPrefix;
}
