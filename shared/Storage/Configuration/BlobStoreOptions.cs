using System.ComponentModel.DataAnnotations;

namespace Pipeline.Storage;

/// <summary>Section <c>Storage:Blobs</c>.</summary>
public sealed class BlobStoreOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Storage:Blobs";

    /// <summary>The folder of the blobs. Every process of the system must see the same one.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Root { get; set; } = "data/blobs";
}
