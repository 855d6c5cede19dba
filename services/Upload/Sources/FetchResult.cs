namespace Pipeline.Upload.Sources;

/// <summary>An upload's bytes, or why they will never be had.</summary>
/// <param name="Bytes">The bytes; null if rejected.</param>
/// <param name="Rejection">The rejection; null if fetched.</param>
public sealed record FetchResult(byte[]? Bytes, Rejection? Rejection)
{
    /// <summary>The bytes were fetched.</summary>
    public static FetchResult Success(byte[] bytes) => new(bytes, null);

    /// <summary>The bytes will never be had.</summary>
    public static FetchResult Failure(string reason, string detail) => new(null, new Rejection(reason, detail));
}
