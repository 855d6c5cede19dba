namespace Pipeline.Storage;

/// <summary>Where an artifact comes from and how good it is.</summary>
public sealed record ArtifactLineage
{
    /// <summary>Version of the artifact it was derived from; null for a first one.</summary>
    public string? Parent { get; init; }

    /// <summary>What it was made from: a data set, an imported file, a training run.</summary>
    public required string CreatedFrom { get; init; }

    /// <summary>The collection on whose images it was trained; null if on none.</summary>
    public string? Collection { get; init; }

    /// <summary>The settings that made it.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Its figures: held-out recall, loss, …</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}

/// <summary>An immutable learned thing: a backbone, a head, a vocabulary, an encoder.</summary>
public sealed record Artifact
{
    /// <summary><c>KIND-</c> and the first 12 hexadecimal digits of the hash.</summary>
    public required string Version { get; init; }

    /// <summary>What it is: lower-case letters, digits and hyphens.</summary>
    public required string Kind { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Where the content is: <c>artifacts/KIND/SHA256</c>.</summary>
    public required string BlobKey { get; init; }

    /// <summary>Length of the content in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>When it was first added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Origin and figures, as given when it was first added.</summary>
    public required ArtifactLineage Lineage { get; init; }
}
