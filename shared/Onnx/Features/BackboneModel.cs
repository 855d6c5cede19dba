using Microsoft.Extensions.Options;

namespace Pipeline.Onnx;

/// <summary>
/// The configured backbone's artifact, one a process: read or imported when first asked for, and the same bytes for
/// everyone who runs it, registers it or derives something from its weights.
/// </summary>
public sealed class BackboneModel
{
    private readonly Lazy<byte[]> _artifact;

    /// <summary>Reads nothing yet.</summary>
    public BackboneModel(IOptions<BackboneOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _artifact = new Lazy<byte[]>(() => BackboneArtifact.Load(options.Value));
    }

    /// <summary>The serialised ONNX model.</summary>
    /// <exception cref="InvalidDataException">The artifact does not have its recorded hash, or cannot be imported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ReadOnlyMemory<byte> Artifact => _artifact.Value;
}
