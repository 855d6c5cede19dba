using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Learning.Losses;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Training;

/// <summary>The head that a collection's embeddings are made by: of the registry, or the tail of the backbone itself.</summary>
public sealed class PresentHead(BackboneModel backbone, IOptions<BackboneOptions> options, ArtifactStore artifacts)
{
    /// <summary>Estimates of models further back count next to nothing.</summary>
    private const int MostEarlier = 4;

    /// <summary>Loads it.</summary>
    /// <exception cref="UpdateRefusedException">It is gone or damaged, or belongs to another backbone than the one in use.</exception>
    public async Task<byte[]> LoadAsync(Generation generation, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(generation);
        try
        {
            if (generation.ModelVersion != generation.Backbone)
            {
                return await LoadAsync(generation.ModelVersion, generation.Backbone, ct);
            }

            var configured = Backbone.VersionOf(backbone.Artifact.Span, options.Value);
            return configured == generation.Backbone
                ? BackboneHead.Of(backbone.Artifact, options.Value)
                : throw new UpdateRefusedException(TrainingReasons.BackboneMismatch, $"The collection's backbone is {generation.Backbone}; {configured} is configured here.");
        }
        catch (Exception e) when (e is ArtifactNotFoundException or ArtifactCorruptException or InvalidDataException)
        {
            throw new UpdateRefusedException(TrainingReasons.CorruptArtifact, e.Message, e);
        }
    }

    /// <summary>How far each update moved features that led from the backbone to the present head, the latest first.</summary>
    public async Task<IReadOnlyList<FeatureDrift>> DriftsAsync(Generation generation, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(generation);
        var drifts = new List<FeatureDrift>();
        var version = generation.ModelVersion;
        while (drifts.Count < MostEarlier && version != generation.Backbone && await artifacts.GetAsync(version, ct) is { Lineage: { Parent: { } parent } lineage }
            && UpdateLineage.Drift(lineage) is { } drift)
        {
            drifts.Add(drift);
            version = parent;
        }

        return drifts;
    }

    private async Task<byte[]> LoadAsync(string version, string backboneVersion, CancellationToken ct)
    {
        var artifact = await artifacts.GetAsync(version, ct) ?? throw new ArtifactNotFoundException(version);
        var made = artifact.Lineage.Settings.GetValueOrDefault(ModelCatalog.BackboneSetting);
        return artifact.Kind == ModelCatalog.HeadKind && made == backboneVersion
            ? await artifacts.LoadAsync(version, ct)
            : throw new UpdateRefusedException(TrainingReasons.BackboneMismatch, $"{version} was made on {made ?? "no backbone"}; the collection's is {backboneVersion}.");
    }
}
