using Pipeline.Hashing;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.HashEncoding;

/// <summary>
/// The encoders in use, loaded once and verified by their hash. A few are kept: one a collection is the rule, two during a change.
/// </summary>
public sealed class Encoders(HashEncoder initial, ArtifactStore artifacts, OnnxSessionFactory sessions) : IDisposable
{
    /// <summary>Most encoders in memory beside the one that collections begin with; the one not used for longest goes first.</summary>
    public const int MaxLoaded = 8;

    private readonly LoadedArtifacts<HashEncoder> _loaded = new(artifacts, model => new HashEncoder(model, sessions), MaxLoaded);

    /// <summary>The encoder that collections begin with.</summary>
    public HashEncoder Initial => initial;

    /// <summary>Lends an encoder; dispose the lease after use.</summary>
    /// <param name="version">The artifact; null for the encoder that collections begin with.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ArtifactNotFoundException">There is no such version.</exception>
    /// <exception cref="ArtifactCorruptException">Its content is gone or not what was added.</exception>
    /// <exception cref="InvalidDataException">The artifact is no hash encoder.</exception>
    public async Task<ArtifactLease<HashEncoder>> RentAsync(string? version, CancellationToken ct) =>
        version is null || version == initial.Version ? new ArtifactLease<HashEncoder>(initial, giveBack: null) : await _loaded.RentAsync(version, ct);

    /// <summary>Closes what is open and not in use; leases that are out close theirs when they are given back.</summary>
    public void Dispose() => _loaded.Dispose();
}
