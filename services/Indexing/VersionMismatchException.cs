namespace Pipeline.Indexing;

/// <summary>
/// Features were made with other artifacts than the collection serves. Not the image's fault: the message goes to the
/// error queue and is re-driven when the collection was re-indexed.
/// </summary>
public sealed class VersionMismatchException(string message) : Exception(message);
