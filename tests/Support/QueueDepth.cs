namespace Pipeline.Tests.Support;

/// <summary>How full a queue is, as the management API reports it: at most about a second old.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Type"><c>quorum</c>, <c>classic</c> or <c>stream</c>.</param>
/// <param name="Ready">Messages that wait for a consumer.</param>
/// <param name="Unacknowledged">Messages with a consumer that has not acknowledged them yet.</param>
public sealed record QueueDepth(string Name, string Type, long Ready, long Unacknowledged)
{
    /// <summary>Ready and unacknowledged together.</summary>
    public long Total => Ready + Unacknowledged;
}
