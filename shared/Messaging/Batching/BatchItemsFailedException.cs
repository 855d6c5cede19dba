using MassTransit;

namespace Pipeline.Messaging.Batching;

/// <summary>One message of a batch that failed, and why.</summary>
/// <param name="Item">The message, one of the batch's.</param>
/// <param name="Error">What it met; classified like any consumer's exception.</param>
public sealed record BatchItemFailure(ConsumeContext Item, Exception Error);

/// <summary>
/// Thrown by a batch consumer at its end to say which messages failed: those are classified one by one, all others
/// count as consumed. A consumer that throws anything else has its batch consumed again message by message, so its
/// errors are isolated too, at the price of the batch.
/// </summary>
public sealed class BatchItemsFailedException : Exception
{
    /// <summary>The failures of a batch.</summary>
    /// <param name="failures">At least one.</param>
    public BatchItemsFailedException(IReadOnlyList<BatchItemFailure> failures)
        : base($"{(failures ?? throw new ArgumentNullException(nameof(failures))).Count} messages of a batch failed.", failures.Count > 0 ? failures[0].Error : null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(failures.Count, nameof(failures));
        Failures = failures;
    }

    /// <summary>Which messages failed, and why.</summary>
    public IReadOnlyList<BatchItemFailure> Failures { get; }
}
