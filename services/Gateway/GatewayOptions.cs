using System.ComponentModel.DataAnnotations;
using Pipeline.Hosting;

namespace Pipeline.Gateway;

/// <summary>The HTTP edge. Section <c>Gateway</c>.</summary>
public sealed class GatewayOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Gateway";

    /// <summary>Who may call, and what. Empty means everybody, which is refused unless only loopback is bound.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; init; } = [];

    /// <summary>The largest request body, in bytes: the largest image plus its form fields.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; init; } = 33L << 20;

    /// <summary>Requests a second that one caller (key, or address without keys) may make on average.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>Requests that one caller may make at once above the average.</summary>
    [Range(1, 1_000_000)]
    public int RequestBurst { get; init; } = 1000;

    /// <summary>How long a search may take in all.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long uploaded bytes that no upload waits for are kept.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan KeepIncoming { get; init; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ApiKeys.SelectMany(key => key.Problems()).Select(problem => new ValidationResult($"Gateway:ApiKeys: {problem}"));
}
