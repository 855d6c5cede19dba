namespace Pipeline.Messaging;

/// <summary>A message that an endpoint gave up, as its error queue or its quarantine held it.</summary>
public sealed record FailedMessage
{
    /// <summary>The same for every delivery of this failure.</summary>
    public required Guid Id { get; init; }

    /// <summary>The endpoint that gave it up.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Whether it killed its worker again and again, instead of failing.</summary>
    public required bool Quarantined { get; init; }

    /// <summary>The body as it was received.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The body's media type; null for plain JSON that named none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The transport's headers as text, those that describe the failure included.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>When it failed, UTC; for one from the quarantine, when it was found there.</summary>
    public required DateTimeOffset FailedAt { get; init; }

    /// <summary>Type of the exception; null where none was seen.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>What the exception said.</summary>
    public string? ExceptionMessage { get; init; }

    /// <summary>The exception's stack.</summary>
    public string? StackTrace { get; init; }

    /// <summary>Type of the message, without its namespace, where its envelope tells.</summary>
    public string? MessageType { get; init; }

    /// <summary>The collection that the message names.</summary>
    public string? Collection { get; init; }

    /// <summary>The image that the message is about.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Follows the upload through services and logs.</summary>
    public Guid? CorrelationId { get; init; }
}
