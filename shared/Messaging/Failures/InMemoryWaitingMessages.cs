namespace Pipeline.Messaging.Failures;

/// <summary>The in-memory transport keeps what waits to itself.</summary>
internal sealed class InMemoryWaitingMessages : IWaitingMessages
{
    public bool IsKnown => false;

    public Task<WaitingMessages> PeekAsync(string endpoint, CancellationToken ct) =>
        throw new NotSupportedException("The in-memory transport does not tell which messages wait.");
}
