namespace Pipeline.Messaging.Failures;

/// <summary>What a message carries while it rests in a retry queue, for who looks at it there.</summary>
internal static class WaitingHeaders
{
    /// <summary>When it is tried again, round-trip format, UTC.</summary>
    public const string DueAt = "pipeline-due-at";

    /// <summary>Why the last try failed.</summary>
    public const string Reason = "pipeline-retry-reason";

    // Headers are kept in the broker's memory, and exceptions may quote anything.
    private const int LongestReason = 300;

    /// <summary>An error as a reason.</summary>
    public static string ReasonOf(Exception error)
    {
        var reason = $"{error.GetType().Name}: {error.Message}";
        return reason.Length <= LongestReason ? reason : reason[..LongestReason];
    }
}
