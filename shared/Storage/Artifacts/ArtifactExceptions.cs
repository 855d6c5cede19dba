namespace Pipeline.Storage;

/// <summary>An artifact's content is not what was added: its hash differs, or the content is gone.</summary>
public sealed class ArtifactCorruptException(string message) : Exception(message);

/// <summary>The registry has no artifact of this version.</summary>
public sealed class ArtifactNotFoundException(string version) : Exception($"There is no artifact '{version}'.")
{
    /// <summary>The version that was asked for.</summary>
    public string Version { get; } = version;
}
