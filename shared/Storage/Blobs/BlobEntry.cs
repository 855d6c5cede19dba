namespace Pipeline.Storage;

/// <summary>A blob as a listing shows it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="LastModified">When its content was written.</param>
public sealed record BlobEntry(string Key, long Length, DateTimeOffset LastModified);
