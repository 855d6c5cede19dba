using Pipeline.Contracts;

namespace Pipeline.Gateway.Images;

/// <summary>An upload by reference, as JSON.</summary>
public sealed record UploadRequest
{
    /// <summary>Where the bytes are: <c>uri</c>, or small <c>bytes</c> in base64.</summary>
    public required ImageSource Source { get; init; }

    /// <summary>The caller's own name for the image.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Labels for filtering.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>When the picture was taken, say: from here its age counts where the collection's images are deleted by age. The upload's time if absent.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Live or bulk.</summary>
    public TrafficClass Traffic { get; init; } = TrafficClass.Live;
}
