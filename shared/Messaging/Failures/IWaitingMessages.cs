namespace Pipeline.Messaging;

/// <summary>The messages that rest in retry queues until their next try.</summary>
public interface IWaitingMessages
{
    /// <summary>
    /// The most messages of a queue that are looked at. All of a queue are fetched and given back at once, in their order: given back in part they
    /// would come behind the others, whose time is later.
    /// </summary>
    const int Most = 2000;

    /// <summary>Whether the transport can tell at all.</summary>
    bool IsKnown { get; }

    /// <summary>Looks at an endpoint's waiting messages, in the order of their next tries, and leaves them where they are.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="ct">Cancels; nothing is lost by it.</param>
    /// <exception cref="NotSupportedException">The transport does not tell.</exception>
    Task<WaitingMessages> PeekAsync(string endpoint, CancellationToken ct);
}

/// <summary>An endpoint's waiting messages.</summary>
/// <param name="Total">How many wait in all, as the broker says.</param>
/// <param name="Messages">
/// The messages; none where more than <see cref="IWaitingMessages.Most"/> wait, and fewer than <paramref name="Total"/> where some went on meanwhile or
/// somebody else looks at them.
/// </param>
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
