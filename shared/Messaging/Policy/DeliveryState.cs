namespace Pipeline.Messaging.Policy;

/// <summary>What the filters of one delivery tell each other; a payload of its receive context.</summary>
internal sealed class DeliveryState
{
    /// <summary>Whether the body was read as a message: errors before that are the body's fault.</summary>
    public bool Deserialized { get; set; }

    /// <summary>This message's own error, where a batch failed.</summary>
    public Exception? BatchItemError { get; set; }
}
