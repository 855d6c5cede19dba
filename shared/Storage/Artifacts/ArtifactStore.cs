using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Storage;

/// <summary>The registry of content-hashed artifacts: contents in the blob store, records in the state store.</summary>
public sealed partial class ArtifactStore(IBlobStore blobs, IStateStore state, TimeProvider? time = null)
{
    private const string Table = "artifacts";
    private const int VersionDigits = 12;
    private const string Folder = "artifacts/";
    private const string RecordSuffix = ".json";

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>
    /// Adds an artifact. The same content added again is the same artifact: the record of the first time is returned. The
    /// content is durable before the record says so.
    /// </summary>
    /// <param name="kind">Lower-case letters, digits and hyphens, 1–40 of them, beginning with a letter.</param>
    /// <param name="content">The content.</param>
    /// <param name="lineage">Origin and figures.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="ArgumentException">The kind is ill-formed.</exception>
    public async Task<Artifact> AddAsync(string kind, ReadOnlyMemory<byte> content, ArtifactLineage lineage, CancellationToken ct)
    {
        ValidateKind(kind);
        ArgumentNullException.ThrowIfNull(lineage);
        var sha256 = Hash(content.Span);
        var artifact = new Artifact
        {
            Version = $"{kind}-{sha256[..VersionDigits]}",
            Kind = kind,
            Sha256 = sha256,
            BlobKey = $"{Folder}{kind}/{sha256}",
            Length = content.Length,
            CreatedAt = _time.GetUtcNow(),
            Lineage = lineage,
        };

        // Written even if the record exists: adding an artifact again is how a lost or damaged content is repaired.
        await blobs.PutAsync(artifact.BlobKey, content, ct);
        var stored = await state.UpdateAsync<Artifact>(
            Key(artifact.Version), before => before is null ? Change.Put(artifact) : Change.Keep<Artifact>(), ct);
        if (stored!.Sha256 != sha256)
        {
            throw new InvalidOperationException($"The version {artifact.Version} is taken by another content, {stored.Sha256}.");
        }

        // Beside the content, so that the registry can be restored from the blobs.
        var record = JsonSerializer.SerializeToUtf8Bytes(stored, StateJson.Options);
        if (await blobs.TryReadAsync(RecordKey(stored), ct) is not { } kept || !kept.AsSpan().SequenceEqual(record))
        {
            await blobs.PutAsync(RecordKey(stored), record, ct);
        }

        return stored;
    }

    /// <summary>Puts records back that the state store has lost, from those that are kept beside the contents.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="JsonException">One that is kept is damaged.</exception>
    public async Task<int> RestoreAsync(CancellationToken ct)
    {
        var restored = 0;
        await foreach (var blob in blobs.ListAsync(Folder, ct))
        {
            if (blob.Key.EndsWith(RecordSuffix, StringComparison.Ordinal) && await blobs.TryReadAsync(blob.Key, ct) is { } kept)
            {
                var artifact = JsonSerializer.Deserialize<Artifact>(kept, StateJson.Options) ?? throw new JsonException($"The record {blob.Key} is null.");
                var isNew = false;
                await state.UpdateAsync<Artifact>(
                    Key(artifact.Version),
                    before =>
                    {
                        isNew = before is null;
                        return isNew ? Change.Put(artifact) : Change.Keep<Artifact>();
                    },
                    ct);
                restored += isNew ? 1 : 0;
            }
        }

        return restored;
    }

    /// <summary>Removes an artifact: its record and its content.</summary>
    /// <returns>False if there was none.</returns>
    public async Task<bool> RemoveAsync(string version, CancellationToken ct)
    {
        if (await GetAsync(version, ct) is not { } artifact)
        {
            return false;
        }

        // The state's record last: a removal that breaks off is found again by it.
        await blobs.DeleteAsync(RecordKey(artifact), ct);
        await blobs.DeleteAsync(artifact.BlobKey, ct);
        await state.UpdateAsync<Artifact>(Key(version), before => before is null ? Change.Keep<Artifact>() : Change.Delete<Artifact>(), ct);
        return true;
    }

    /// <summary>Every artifact, by version.</summary>
    public async IAsyncEnumerable<Artifact> ListAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in state.ScanAllAsync(Table, ct: ct))
        {
            yield return StateJson.Read<Artifact>(Key(entry.Id), entry.Record);
        }
    }

    /// <summary>An artifact's content, after its hash was verified.</summary>
    /// <exception cref="ArtifactNotFoundException">There is no such version.</exception>
    /// <exception cref="ArtifactCorruptException">The content is gone or not what was added.</exception>
    public async Task<byte[]> LoadAsync(string version, CancellationToken ct)
    {
        var artifact = await GetAsync(version, ct) ?? throw new ArtifactNotFoundException(version);
        var content = await blobs.TryReadAsync(artifact.BlobKey, ct)
            ?? throw new ArtifactCorruptException($"The content of {version} is gone: there is no blob {artifact.BlobKey}.");
        var sha256 = Hash(content);
        return sha256 == artifact.Sha256
            ? content
            : throw new ArtifactCorruptException($"The content of {version} has SHA-256 {sha256}, recorded is {artifact.Sha256}.");
    }

    /// <summary>An artifact's record, or null if there is no such version.</summary>
    public Task<Artifact?> GetAsync(string version, CancellationToken ct) => state.GetAsync<Artifact>(Key(version), ct);

    /// <summary>Every artifact of a kind, oldest first.</summary>
    public async Task<IReadOnlyList<Artifact>> ListAsync(string kind, CancellationToken ct)
    {
        ValidateKind(kind);
        var found = new List<Artifact>();
        await foreach (var entry in state.ScanAllAsync(Table, kind + "-", ct))
        {
            // "head-" begins the versions of a kind "head-2" too.
            if (StateJson.Read<Artifact>(Key(entry.Id), entry.Record) is var artifact && artifact.Kind == kind)
            {
                found.Add(artifact);
            }
        }

        found.Sort((a, b) => (a.CreatedAt, a.Version).CompareTo((b.CreatedAt, b.Version)));
        return found;
    }

    private static string RecordKey(Artifact artifact) => artifact.BlobKey + RecordSuffix;

    private static StateKey Key(string version) => new(Table, version);

    private static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static void ValidateKind(string kind)
    {
        if (kind is null || !KindPattern().IsMatch(kind))
        {
            throw new ArgumentException($"'{kind}' is no valid kind of artifact.", nameof(kind));
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex KindPattern();
}
