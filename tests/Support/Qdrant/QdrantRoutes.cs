using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>An operation of the REST interface.</summary>
/// <param name="Method">The method.</param>
/// <param name="Template">The path, as the server's description has it.</param>
/// <param name="IsWrite">Whether it needs room on the disk.</param>
/// <param name="Handle">Does it, and returns the result.</param>
internal sealed record QdrantRoute(string Method, string Template, bool IsWrite, Func<QdrantStore, QdrantCall, JsonNode?> Handle)
{
    /// <summary>Whether the answer is a file, which the result is in base 64.</summary>
    public bool AnswersFile { get; init; }
}

/// <summary>The operations that the double knows.</summary>
internal static class QdrantRoutes
{
    private const string Collection = "/collections/{collection_name}";

    public static IReadOnlyList<QdrantRoute> All { get; } =
    [
        Read("GET", "/collections", (store, _) => store.List()),
        Read("GET", Collection, (store, call) => store.Read(call.Collection, collection => collection.Describe())),
        Write("PUT", Collection, (store, call) => store.Create(call.Collection, call.Body)),
        Read("DELETE", Collection, (store, call) => store.Delete(call.Collection)),
        Read("GET", "/aliases", (store, _) => store.Aliases()),
        Write("POST", "/collections/aliases", (store, call) => store.ChangeAliases(call.Body)),
        Write("PUT", $"{Collection}/index", (store, call) => store.Write(call, collection => collection.CreateIndex(call.Body))),
        Write("PUT", $"{Collection}/points", (store, call) => store.Write(call, collection => collection.Upsert(call.Body))),
        Write("POST", $"{Collection}/points/batch", (store, call) => store.WriteAll(call)),
        Write("POST", $"{Collection}/points/delete", (store, call) => store.Write(call, collection => collection.Delete(call.Body))),
        Read("POST", $"{Collection}/points", (store, call) => store.Read(call.Collection, collection => collection.Get(call.Body))),
        Read("POST", $"{Collection}/points/scroll", (store, call) => store.Read(call.Collection, collection => collection.Scroll(call.Body))),
        Read("POST", $"{Collection}/points/count", (store, call) => store.Read(call.Collection, collection => collection.Count(call.Body))),
        Read("POST", $"{Collection}/points/query", (store, call) => store.Read(call.Collection, collection => collection.Query(call.Body))),
        Read("POST", $"{Collection}/points/query/batch", (store, call) => store.Read(
            call.Collection,
            collection => new JsonArray([.. call.Body["searches"]!.AsArray().Select(search => collection.Query(search!))]))),
        Read("GET", $"{Collection}/snapshots", (store, call) => store.Snapshots(call.Collection)),
        Write("POST", $"{Collection}/snapshots", (store, call) => store.CreateSnapshot(call.Collection)),
        Write("PUT", $"{Collection}/snapshots/recover", (store, call) => store.Recover(call.Collection, call.Body)),
        Write("POST", $"{Collection}/snapshots/upload", (store, call) => store.Upload(call.Collection, (string)call.Body["snapshot"]!, call.Checksum)),
        Read("GET", $"{Collection}/snapshots/{{snapshot_name}}", (store, call) => store.Download(call.Collection, call.Snapshot)) with { AnswersFile = true },
        Read("DELETE", $"{Collection}/snapshots/{{snapshot_name}}", (store, call) => store.DeleteSnapshot(call.Collection, call.Snapshot)),
    ];

    private static QdrantRoute Read(string method, string template, Func<QdrantStore, QdrantCall, JsonNode?> handle) =>
        new(method, template, false, handle);

    private static QdrantRoute Write(string method, string template, Func<QdrantStore, QdrantCall, JsonNode?> handle) =>
        new(method, template, true, handle);
}
