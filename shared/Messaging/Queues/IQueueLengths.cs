namespace Pipeline.Messaging;

/// <summary>How many messages wait in queues.</summary>
public interface IQueueLengths
{
    /// <summary>Whether the transport can tell at all.</summary>
    bool IsKnown { get; }

    /// <summary>Messages ready for delivery in a queue; null if there is no such queue.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="Exception">The broker does not answer.</exception>
    Task<long?> CountAsync(string queue, CancellationToken ct);
}
