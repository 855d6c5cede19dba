using Pipeline.Contracts;

namespace Pipeline.Messaging;

/// <summary>
/// Knows the lives of collections: one that was deleted and created anew is another. Where a process has one, each message that names a collection
/// says in the header <see cref="Header"/> which life it is about, and work about a life that is over is dropped.
/// </summary>
public interface ICollectionLives
{
    /// <summary>The header that names the life. Messages without it, those of other systems, are about whichever there is.</summary>
    const string Header = "Pipeline-Collection-Life";

    /// <summary>The life that a message which is published now is about; null if that cannot be said.</summary>
    ValueTask<int?> PresentAsync(string collection, CancellationToken ct);

    /// <summary>Whether the life that a message is about is over.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="life">The life, where the message names it.</param>
    /// <param name="incarnation">The life of the image that it is about, where it is about one.</param>
    /// <param name="ct">Cancels.</param>
    ValueTask<bool> IsOverAsync(string collection, int? life, int? incarnation, CancellationToken ct);

    /// <summary>Removes what a late message's publisher may have stored for it after the collection's end.</summary>
    Task ForgetAsync(EventHeader image, CancellationToken ct);
}
