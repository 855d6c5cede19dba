namespace Pipeline.Messaging;

/// <summary>The messages in error queues and quarantines.</summary>
public interface IFailedMessages
{
    /// <summary>
    /// Takes messages out of the queues and hands each on; one leaves its queue only when <paramref name="keep"/> is done with it, and may
    /// come again if the process dies in between.
    /// </summary>
    /// <param name="endpoints">The endpoints to look at.</param>
    /// <param name="keep">Keeps a message for good.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many were taken.</returns>
    /// <remarks>The in-memory transport hands them on as they fail, from the first call on.</remarks>
    Task<int> TakeAsync(IReadOnlyCollection<string> endpoints, Func<FailedMessage, CancellationToken, Task> keep, CancellationToken ct);

    /// <summary>Gives a message back to its endpoint, byte for byte and with all retries before it; returns when the broker has it.</summary>
    Task RedriveAsync(FailedMessage message, CancellationToken ct);
}
