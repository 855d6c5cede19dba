using System.ComponentModel.DataAnnotations;
using Pipeline.Contracts;

namespace Pipeline.Upload;

/// <summary>What the Upload service may fetch. Section <c>Upload</c>.</summary>
public sealed class UploadOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Upload";

    /// <summary>Folders below which <c>file://</c> references may point; none by default.</summary>
    public IList<string> AllowedRoots { get; init; } = [];

    /// <summary>Hosts that <c>http(s)://</c> references may name, as <c>host</c> or <c>host:port</c>; none by default.</summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>
    /// Of the allowed hosts, those that may resolve to a private, loopback or link-local address; none by default, so
    /// that no reference reaches the inner network by way of DNS.
    /// </summary>
    public IList<string> PrivateHosts { get; init; } = [];

    /// <summary>How long fetching one reference may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes an event may carry inline.</summary>
    [Range(0, 64 << 20)]
    public int MaxInlineBytes { get; init; } = 1 << 20;

    /// <summary>Collections that are created at start.</summary>
    public IList<string> Collections { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var root in AllowedRoots.Where(root => !Path.IsPathFullyQualified(root)))
        {
            yield return new ValidationResult($"Upload:AllowedRoots: '{root}' is not an absolute path.");
        }

        foreach (var name in Collections.Where(name => !CollectionName.IsValid(name)))
        {
            yield return new ValidationResult($"Upload:Collections: '{name}' is no valid collection name.");
        }
    }
}
