namespace Pipeline.Messaging;

/// <summary>
/// Publishes from anywhere: inside a consumer's scope as part of its conversation, outside on the bus. Waits for the
/// broker's confirm; has a time-out and retries.
/// </summary>
public interface IEventPublisher
{
    /// <summary>Publishes <paramref name="message"/> and returns when the broker has confirmed it.</summary>
    /// <param name="message">An event or command of the contracts.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may or may not have been published.</param>
    /// <exception cref="Exception">The broker did not confirm within all attempts; publishing again is safe.</exception>
    Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class;
}
