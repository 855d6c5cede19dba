using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Upload;

/// <summary>Creates collections and changes their settings, in the catalog and in what a rebuild begins with.</summary>
public sealed class CollectionKeeping(CollectionCatalog collections, CollectionManifests manifests, ArtifactStore artifacts)
{
    /// <summary>Creates a collection; one that the catalog has lost is put back as it was, without its images, which a rebuild finds.</summary>
    /// <returns>False if it existed before.</returns>
    /// <exception cref="PermanentException">Name or settings break a rule, or a collection of the name is still being removed.</exception>
    public async Task<bool> CreateAsync(string name, CollectionSettings? settings, CancellationToken ct)
    {
        if (!CollectionName.IsValid(name))
        {
            throw new PermanentException(RejectionReasons.InvalidCollection, "A name is 1 to 63 of a-z 0-9 - _ and begins with a letter or digit.");
        }

        if (settings is not null)
        {
            await EnsureValidAsync(settings, ct);
        }

        await manifests.RestoreAsync(name, ct);
        var created = await collections.CreateAsync(name, ct, settings);
        if (!created && await collections.FindAsync(name, ct) is { Deletion: not null })
        {
            throw new PermanentException(RefusalReasons.CollectionDeleting, $"What is left of the collection '{name}' is still being removed.");
        }

        await manifests.KeepAsync(name, ct);
        return created;
    }

    /// <summary>Gives a collection settings.</summary>
    /// <returns>Its record.</returns>
    /// <exception cref="PermanentException">There is no such collection, the settings break a rule, or they were changed by somebody else.</exception>
    public async Task<CollectionRecord> ConfigureAsync(string name, CollectionSettings settings, int? expectedRevision, CancellationToken ct)
    {
        await EnsureValidAsync(settings, ct);
        var done = await collections.TryConfigureAsync(name, settings, expectedRevision, ct);
        if (await collections.GetCurrentAsync(name, ct) is not { } record)
        {
            throw new PermanentException(RejectionReasons.UnknownCollection, $"There is no collection '{name}'.");
        }

        if (!done)
        {
            throw new PermanentException(RefusalReasons.SettingsChanged, $"The settings are of revision {record.SettingsRevision} by now, not {expectedRevision}.");
        }

        await manifests.KeepAsync(name, ct);
        return record;
    }

    private async Task EnsureValidAsync(CollectionSettings settings, CancellationToken ct)
    {
        if (CollectionSettingsRules.Check(settings) is { } problem)
        {
            throw new PermanentException(RefusalReasons.InvalidSettings, problem);
        }

        foreach (var (version, kind) in ((string?, string)[])[(settings.Encoder.Version, EncoderCatalog.ArtifactKind), (settings.Vocabulary.Version, VocabularyCatalog.ArtifactKind)])
        {
            if (version is not null && (await artifacts.GetAsync(version, ct))?.Kind != kind)
            {
                throw new PermanentException(RefusalReasons.InvalidSettings, $"There is no artifact {version}.");
            }
        }
    }
}
