namespace Pipeline.Messaging;

/// <summary>What a queue is for, which decides its durability and what happens on errors.</summary>
public enum EndpointKind
{
    /// <summary>
    /// Work that must not be lost: a quorum queue with retries, delayed redelivery, an error queue and a quarantine.
    /// </summary>
    Work,

    /// <summary>
    /// Questions somebody waits for: messages expire with the asker's patience, are tried once and answered with a fault on
    /// error; the queue goes when nobody has answered from it for a minute.
    /// </summary>
    Interactive,
}
