namespace Pipeline.Messaging;

/// <summary>The messages that rest in retry queues until their next try.</summary>
public interface IWaitingMessages
{
    /// <summary>The most messages of a queue that can be looked at: each is fetched and given back.</summary>
    const int Deepest = 500;

    /// <summary>Whether the transport can tell at all.</summary>
    bool IsKnown { get; }

    /// <summary>Looks at an endpoint's waiting messages, about in the order of their next tries, and leaves them where they are.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="skip">How many to pass over, 0 or more.</param>
    /// <param name="take">How many to look at, at least 1; with those passed over at most <see cref="Deepest"/>.</param>
    /// <param name="ct">Cancels; nothing is lost by it.</param>
    /// <exception cref="NotSupportedException">The transport does not tell.</exception>
    Task<WaitingMessages> PeekAsync(string endpoint, int skip, int take, CancellationToken ct);
}

/// <summary>Some of an endpoint's waiting messages.</summary>
/// <param name="Total">How many wait in all, as the broker says.</param>
/// <param name="Messages">Those that were looked at; fewer than asked for where others expired meanwhile, or somebody else looks at them.</param>
public sealed record WaitingMessages(long Total, IReadOnlyList<WaitingMessage> Messages);

/// <summary>A message that waits for its next try.</summary>
public sealed record WaitingMessage
{
    /// <summary>Type of the message, without its namespace, where its envelope tells.</summary>
    public string? MessageType { get; init; }

    /// <summary>Which redelivery comes next, from 1; 0 for one that only waited too long for a dependency.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it is tried again, UTC; null where it does not say.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Why the last try failed; null where it does not say.</summary>
    public string? Reason { get; init; }

    /// <summary>The collection that the message names.</summary>
    public string? Collection { get; init; }

    /// <summary>The image that the message is about.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Follows the upload through services and logs.</summary>
    public Guid? CorrelationId { get; init; }
}
