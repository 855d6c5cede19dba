using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Finds out which artifacts a command to re-index means, and whether they go together.</summary>
public sealed class GenerationVersions(CollectionCatalog collections, EncoderCatalog encoders, ArtifactStore artifacts)
{
    /// <summary>The generation that a command asks for, without a number.</summary>
    /// <exception cref="PermanentException">There are no such artifacts, or they do not fit the collection.</exception>
    public async Task<Generation> ResolveAsync(ReindexCollection command, Generation active, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(active);
        if (command.VocabularyVersion is { } vocabulary && vocabulary != active.VocabularyVersion
            && (await artifacts.GetAsync(vocabulary, ct))?.Kind != VocabularyCatalog.ArtifactKind)
        {
            throw new PermanentException(RefusalReasons.NoVocabulary, $"There is no vocabulary {vocabulary}.");
        }

        var known = (await collections.GetGenerationsAsync(command.Collection, ct)).Entries;
        var model = command.ModelVersion ?? active.ModelVersion;
        var encoder = await EncoderAsync(command, active, known, ct);
        return new Generation
        {
            Number = 0,
            ModelVersion = model,
            BackboneVersion = model == active.Backbone ? null : active.Backbone,
            QueryModelVersion = model == active.ModelVersion ? active.QueryModelVersion : null,
            Dimensions = await DimensionsAsync(model, active, known, ct),
            EncoderVersion = encoder.Version,
            Bits = encoder.Bits,
            VocabularyVersion = command.VocabularyVersion,
            EncoderReplaced = encoder.Version == active.EncoderVersion ? null : active.NextEncoder?.Version ?? active.EncoderVersion,
        };
    }

    private async Task<int> DimensionsAsync(string model, Generation active, IReadOnlyList<GenerationEntry> known, CancellationToken ct)
    {
        if (model == active.ModelVersion)
        {
            return active.Dimensions;
        }

        if (model != active.Backbone)
        {
            var head = await artifacts.GetAsync(model, ct) ?? throw new PermanentException(RefusalReasons.UnknownModel, $"There is no model {model}.");
            if (head.Kind != ModelCatalog.HeadKind || head.Lineage.Settings.GetValueOrDefault(ModelCatalog.BackboneSetting) != active.Backbone)
            {
                throw new PermanentException(RefusalReasons.UnknownModel, $"{model} is no head on the collection's backbone {active.Backbone}.");
            }
        }

        return known.FirstOrDefault(entry => entry.ModelVersion == model)?.Dimensions
            ?? BackboneArtifact.EmbeddingLength(await artifacts.LoadAsync(model, ct))
            ?? throw new PermanentException(RefusalReasons.UnknownModel, $"{model} leaves the length of its embeddings open.");
    }

    private async Task<EncoderChoice> EncoderAsync(ReindexCollection command, Generation active, IReadOnlyList<GenerationEntry> known, CancellationToken ct)
    {
        EncoderChoice[] seen =
        [
            .. active.Written().SelectMany(generation => generation.Encoders()),
            .. known.Reverse().Select(entry => new EncoderChoice(entry.EncoderVersion, entry.Bits)),
            .. (await encoders.GetAsync(command.Collection, ct)).Trainings.Reverse()
                .Where(training => training.IsToServe).Select(training => new EncoderChoice(training.Version!, training.Bits)),
        ];
        var choice = command.EncoderVersion is { } version
            ? seen.FirstOrDefault(encoder => encoder.Version == version) ?? await RegisteredAsync(version, ct)
            : seen.FirstOrDefault(encoder => command.Bits is null || encoder.Bits == command.Bits)
                ?? throw new PermanentException(RefusalReasons.UnknownEncoder, $"No encoder of {command.Bits} bits has been trained for the collection.");
        return command.Bits is { } bits && bits != choice.Bits
            ? throw new PermanentException(RefusalReasons.InvalidRequest, $"{choice.Version} makes codes of {choice.Bits} bits, not {bits}.")
            : choice;
    }

    private async Task<EncoderChoice> RegisteredAsync(string version, CancellationToken ct)
    {
        var artifact = await artifacts.GetAsync(version, ct);
        if (artifact is null || artifact.Kind != EncoderCatalog.ArtifactKind)
        {
            throw new PermanentException(RefusalReasons.UnknownEncoder, $"There is no encoder {version}.");
        }

        // Codes are bytes.
        var bits = artifact.Lineage.Settings.TryGetValue("bits", out var text) ? int.Parse(text, CultureInfo.InvariantCulture)
            : 8 * BackboneArtifact.EmbeddingLength(await artifacts.LoadAsync(version, ct), "codes");
        return new EncoderChoice(version, bits ?? throw new PermanentException(RefusalReasons.UnknownEncoder, $"{version} leaves the length of its codes open."));
    }
}
