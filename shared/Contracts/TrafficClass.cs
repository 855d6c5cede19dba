namespace Pipeline.Contracts;

/// <summary>Traffic classes have queues of their own, so that bulk work never starves live uploads.</summary>
public enum TrafficClass
{
    /// <summary>Uploads somebody waits for.</summary>
    Live,

    /// <summary>Imports, re-processing and re-indexing.</summary>
    Bulk,
}
