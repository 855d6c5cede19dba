namespace Pipeline.Dashboard.Live;

/// <summary>How many messages wait in an endpoint's queues; null is unknown.</summary>
internal sealed record QueueLengths(long? Ready, long? Retry, long? Error, long? Quarantine);
