namespace Pipeline.Messaging;

/// <summary>
/// Thrown by a consumer when a message can never succeed: it is answered with <c>ImageRejected</c> and never retried.
/// Libraries without a bus throw exceptions of their own, which an <see cref="IErrorClassifier"/> translates.
/// </summary>
public sealed class PermanentException : Exception
{
    /// <summary>A permanent error with a stable reason code.</summary>
    /// <param name="reason">A code of <see cref="Contracts.RejectionReasons"/>.</param>
    /// <param name="detail">For people: what was wrong.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public PermanentException(string reason, string detail, Exception? innerException = null)
        : base(detail, innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Reason = reason;
    }

    /// <summary>A code of <see cref="Contracts.RejectionReasons"/>.</summary>
    public string Reason { get; }
}
