namespace Pipeline.Contracts.Queries;

/// <summary>A request that cannot be answered, and why; the caller's mistake, not a failure of the system.</summary>
public sealed record RequestRefused
{
    /// <summary>A stable code, of <see cref="RejectionReasons"/> or <see cref="RefusalReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>For people.</summary>
    public string Detail { get; init; } = "";
}

/// <summary>Stable codes of refused requests, beside <see cref="RejectionReasons"/>.</summary>
public static class RefusalReasons
{
    /// <summary>A field of the request is missing or out of range.</summary>
    public const string InvalidRequest = "invalid-request";

    /// <summary>There is no such image, or it is not indexed.</summary>
    public const string UnknownImage = "unknown-image";

    /// <summary>The query's features are of another model or encoder than the collection's.</summary>
    public const string VersionMismatch = "version-mismatch";

    /// <summary>There is no such model, or it does not belong to the backbone in use.</summary>
    public const string UnknownModel = "unknown-model";

    /// <summary>There is no model to go back to: none served before, and none is about to.</summary>
    public const string NoPreviousModel = "no-previous-model";

    /// <summary>The collection changes its model faster than the search could follow; trying again helps.</summary>
    public const string ModelChanging = "model-changing";

    /// <summary>A generation of the collection is being filled; only one is at a time.</summary>
    public const string ReindexUnderWay = "reindex-under-way";

    /// <summary>No generation of the collection is being filled.</summary>
    public const string NoReindex = "no-reindex";

    /// <summary>There is no generation to go back to: none served before, or it is not kept any more.</summary>
    public const string NoPreviousGeneration = "no-previous-generation";

    /// <summary>The collection has no vocabulary of visual words yet, or is getting a new one at this moment.</summary>
    public const string NoVocabulary = "no-vocabulary";

    /// <summary>There is no such hash encoder, or not any more.</summary>
    public const string UnknownEncoder = "unknown-encoder";

    /// <summary>The collection is changing its hash encoder at this moment; trying again helps.</summary>
    public const string EncoderChanging = "encoder-changing";

    /// <summary>No image of the collection has a collaboratively embedded vector yet.</summary>
    public const string NotEmbedded = "not-embedded";

    /// <summary>A collection's settings break a rule, or name an artifact that there is not.</summary>
    public const string InvalidSettings = "invalid-settings";

    /// <summary>Somebody changed the collection's settings since they were read; reading them again helps.</summary>
    public const string SettingsChanged = "settings-changed";

    /// <summary>An image has all the verdicts of people that it can remember.</summary>
    public const string TooManyVerdicts = "too-many-verdicts";

    /// <summary>What is left of a deleted collection of this name is still being removed; trying again later helps.</summary>
    public const string CollectionDeleting = "collection-deleting";
}
