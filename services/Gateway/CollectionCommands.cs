using Pipeline.Catalog;

namespace Pipeline.Gateway;

/// <summary>Asks for changes of a collection by messages: refused at once where it can be seen that they cannot be made.</summary>
internal static class CollectionCommands
{
    /// <summary>Publishes a command about a collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="collections">The collections.</param>
    /// <param name="refuse">Answers why not, or null.</param>
    /// <param name="publish">Publishes the command with the change's id, and answers that it was accepted.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<IResult> AskAsync(
        string collection,
        CollectionCatalog collections,
        Func<CollectionRecord, IResult?> refuse,
        Func<CollectionRecord, Guid, Task<IResult>> publish,
        CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { } record)
        {
            return Problems.UnknownCollection(collection);
        }

        return refuse(record) ?? await publish(record, Guid.CreateVersion7());
    }
}
