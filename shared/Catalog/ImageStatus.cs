namespace Pipeline.Catalog;

/// <summary>Where an image is in its life.</summary>
public enum ImageStatus
{
    /// <summary>Accepted; features are being made.</summary>
    Processing,

    /// <summary>In the index; perhaps partial, as its stages tell.</summary>
    Indexed,

    /// <summary>Refused for good.</summary>
    Rejected,

    /// <summary>Being deleted: out of sight, traces are being removed.</summary>
    Deleting,

    /// <summary>A tombstone, by which late messages are recognised.</summary>
    Deleted,
}
