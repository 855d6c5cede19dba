namespace Pipeline.Contracts;

/// <summary>Where an image's bytes are: exactly one of the members is set.</summary>
public sealed record ImageSource
{
    /// <summary><c>file://</c> below an allowed root, or <c>http(s)://</c> on an allow-listed host.</summary>
    public string? Uri { get; init; }

    /// <summary>A key in the blob store below <c>incoming/</c>.</summary>
    public string? ObjectKey { get; init; }

    /// <summary>The bytes themselves (base64 in JSON), for small images only.</summary>
    public byte[]? Bytes { get; init; }
}
