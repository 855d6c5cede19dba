namespace Pipeline.Storage;

/// <summary>
/// Named byte strings: images, features, artifacts. Every write is atomic (a reader sees the old content or the new, never
/// a part) and durable when the call returns.
/// </summary>
/// <remarks>
/// A key is made of '/'-separated segments of <c>[A-Za-z0-9._-]</c>, none of them empty, <c>.</c> or <c>..</c>; a segment has
/// at most 200 characters, a key 512. Anything else is an <see cref="ArgumentException"/>. A key must not lie below another
/// blob's key (<c>a</c> and <c>a/b</c> exclude each other). Every method throws
/// <see cref="StorageUnavailableException"/> when the store does not work.
/// </remarks>
public interface IBlobStore
{
    /// <summary>Stores the content under the key and replaces what was there.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Stores what the stream holds from its position on, and returns its length in bytes.</summary>
    /// <exception cref="BlobTooLargeException">The stream holds more than <paramref name="maxBytes"/>; nothing is stored.</exception>
    Task<long> PutAsync(string key, Stream content, long maxBytes, CancellationToken ct);

    /// <summary>The whole content, or null if there is no such blob.</summary>
    Task<byte[]?> TryReadAsync(string key, CancellationToken ct);

    /// <summary>A seekable stream over the content, which the caller disposes, or null if there is no such blob.</summary>
    Task<Stream?> TryOpenReadAsync(string key, CancellationToken ct);

    /// <summary>Whether there is such a blob.</summary>
    Task<bool> ExistsAsync(string key, CancellationToken ct);

    /// <summary>
    /// Stores a blob's content under a second key too, without writing it again where the store can; false if there is no
    /// <paramref name="from"/>.
    /// </summary>
    Task<bool> CopyAsync(string from, string to, CancellationToken ct);

    /// <summary>Deletes durably; false if there was no such blob.</summary>
    Task<bool> DeleteAsync(string key, CancellationToken ct);

    /// <summary>
    /// Deletes every blob whose key starts with the prefix, durably, and whatever else names it. Blobs that come meanwhile may be left.
    /// </summary>
    /// <param name="prefix">A key's beginning that ends with a slash.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="ArgumentException">No key can begin with the prefix, or it does not end with a slash.</exception>
    Task DeleteAllAsync(string prefix, CancellationToken ct);

    /// <summary>
    /// Every blob whose key starts with the prefix (empty: all), in no particular order. Blobs that come or go meanwhile may
    /// be missed or listed.
    /// </summary>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken ct);
}
