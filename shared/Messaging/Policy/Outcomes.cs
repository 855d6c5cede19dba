namespace Pipeline.Messaging.Policy;

/// <summary>Values of the metrics' tag <c>outcome</c>.</summary>
internal static class Outcomes
{
    /// <summary>Consumed.</summary>
    public const string Done = "done";

    /// <summary>Permanent error, answered with ImageRejected.</summary>
    public const string Rejected = "rejected";

    /// <summary>Sent to the retry queue.</summary>
    public const string Redelivered = "redelivered";

    /// <summary>Moved on to the bulk queue.</summary>
    public const string MovedToBulk = "moved-to-bulk";

    /// <summary>Sent to the error queue, or given back to the broker.</summary>
    public const string Failed = "failed";

    /// <summary>Not begun, because the process ends and its bus forgets.</summary>
    public const string Abandoned = "abandoned";
}
