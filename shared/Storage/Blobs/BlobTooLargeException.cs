namespace Pipeline.Storage;

/// <summary>A stream held more bytes than the caller allowed.</summary>
public sealed class BlobTooLargeException(string key, long maxBytes)
    : Exception($"The content for '{key}' is larger than {maxBytes} bytes.")
{
    /// <summary>The limit, in bytes.</summary>
    public long MaxBytes { get; } = maxBytes;
}
