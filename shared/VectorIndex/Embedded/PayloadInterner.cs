namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// Shares equal strings of payloads while they are loaded: tenants, labels and version attributes repeat on every point.
/// Bounded, because external ids and the like do not.
/// </summary>
internal sealed class PayloadInterner
{
    private const int MaxStrings = 8192;

    // A longer one, a time with all its digits, say, is hardly ever shared and would only fill the table.
    private const int MaxLength = 24;

    private readonly Dictionary<string, string> _strings = new(StringComparer.Ordinal);

    public IndexPayload Intern(IndexPayload payload) => new()
    {
        Tenant = Intern(payload.Tenant),
        Labels = [.. payload.Labels.Select(Intern)],
        ExternalIds = [.. payload.ExternalIds],
        Attributes = payload.Attributes.ToDictionary(pair => Intern(pair.Key), pair => Intern(pair.Value), StringComparer.Ordinal).AsReadOnly(),
    };

    private string Intern(string text)
    {
        if (_strings.TryGetValue(text, out var shared))
        {
            return shared;
        }

        if (_strings.Count < MaxStrings && text.Length <= MaxLength)
        {
            _strings.Add(text, text);
        }

        return text;
    }
}
