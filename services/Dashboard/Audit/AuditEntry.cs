namespace Pipeline.Dashboard.Audit;

/// <summary>What came of an action.</summary>
public enum AuditOutcome
{
    /// <summary>It began; nothing was heard of its end.</summary>
    Begun,

    /// <summary>It was done.</summary>
    Done,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was not allowed.</summary>
    Refused,
}

/// <summary>One action through the dashboard.</summary>
public sealed record AuditEntry
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The name of the key; empty for who had none.</summary>
    public required string Who { get; init; }

    /// <summary>The key's role.</summary>
    public required string Role { get; init; }

    /// <summary>The address it came from.</summary>
    public required string From { get; init; }

    /// <summary>A stable name, such as <c>re-drive</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to.</summary>
    public required string Target { get; init; }

    /// <summary>What came of it.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Detail { get; init; }
}
