using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.CnnExtraction;

/// <summary>
/// Makes embeddings of the models that learning brought: of a head, from the trunk activations that the backbone left. A few heads are kept
/// in memory: one a collection is the rule, two during a change.
/// </summary>
public sealed class HeadEmbedding(Backbone backbone, ArtifactStore artifacts, IBlobStore blobs, OnnxSessionFactory sessions) : IDisposable
{
    /// <summary>Most heads in memory; the one not used for longest goes first.</summary>
    public const int MaxLoaded = 8;

    private readonly LoadedArtifacts<CnnHead> _heads = new(artifacts, model => new CnnHead(model, sessions), MaxLoaded);

    /// <summary>Embeds one image's backbone features.</summary>
    /// <returns>The embedding; null where the head makes nothing of it.</returns>
    /// <exception cref="ArtifactNotFoundException">There is no such head.</exception>
    /// <exception cref="InvalidDataException">It does not belong to this backbone.</exception>
    public async Task<float[]?> EmbedAsync(string head, CnnFeatures features, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(features);
        using var lease = await RentAsync(head, ct);
        return lease.Value.Embed([features.Trunk])[0];
    }

    /// <summary>Makes and stores the embeddings of images that have none of the model yet, in one run.</summary>
    /// <returns>The images that have one now; the others were deleted meanwhile.</returns>
    /// <exception cref="ArtifactNotFoundException">There is no such head.</exception>
    /// <exception cref="InvalidDataException">The head does not belong to this backbone, or makes nothing of an image; what it makes of the others is stored.</exception>
    public async Task<IReadOnlyList<ImageToEmbed>> EmbedStoredAsync(EmbedImages command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.BackboneVersion != backbone.Version)
        {
            throw new InvalidDataException($"Features of {command.BackboneVersion} are to be embedded; the backbone here is {backbone.Version}.");
        }

        var isPresent = await Task.WhenAll(command.Images.Select(image => blobs.ExistsAsync(KeyOf(command, image, command.ModelVersion), ct)));
        ImageToEmbed[] missing = [.. command.Images.Where((_, i) => !isPresent[i])];
        var embedded = command.ModelVersion == backbone.Version ? [] : await EmbedAsync(command, missing, ct);
        return [.. command.Images.Where((_, i) => isPresent[i]), .. embedded];
    }

    /// <summary>Closes what is open.</summary>
    public void Dispose() => _heads.Dispose();

    private async Task<IEnumerable<ImageToEmbed>> EmbedAsync(EmbedImages command, ImageToEmbed[] images, CancellationToken ct)
    {
        var features = await Task.WhenAll(images.Select(image => ReadAsync(KeyOf(command, image, backbone.Version), ct)));
        var rows = Enumerable.Range(0, images.Length).Where(i => features[i] is not null).ToArray();
        float[]?[] embeddings;
        using (var lease = await RentAsync(command.ModelVersion, ct))
        {
            embeddings = lease.Value.Embed([.. rows.Select(row => features[row]!.Trunk)]);
        }

        await Task.WhenAll(rows.Select((row, i) => embeddings[i] is { } embedding
            ? blobs.PutAsync(KeyOf(command, images[row], command.ModelVersion), new CnnFeatures(embedding, default, []).Serialize(), ct)
            : Task.CompletedTask));
        return Array.IndexOf(embeddings, null) is var nothing && nothing < 0
            ? rows.Select(row => images[row])
            : throw new InvalidDataException($"{command.ModelVersion} makes no embedding of {images[rows[nothing]].ImageId}.");
    }

    private async Task<ArtifactLease<CnnHead>> RentAsync(string version, CancellationToken ct)
    {
        // Another backbone's activations may have the same shape.
        var artifact = await artifacts.GetAsync(version, ct) ?? throw new ArtifactNotFoundException(version);
        return artifact.Kind == ModelCatalog.HeadKind && artifact.Lineage.Settings.GetValueOrDefault(ModelCatalog.BackboneSetting) == backbone.Version
            ? await _heads.RentAsync(version, ct)
            : throw new InvalidDataException($"{version} is no head on the backbone {backbone.Version}.");
    }

    private async Task<CnnFeatures?> ReadAsync(string key, CancellationToken ct) =>
        await blobs.TryReadAsync(key, ct) is { } stored ? CnnFeatures.Parse(stored) : null;

    private static string KeyOf(EmbedImages command, ImageToEmbed image, string model) =>
        BlobKeys.Cnn(command.Collection, image.ImageId, image.Incarnation, model);
}
