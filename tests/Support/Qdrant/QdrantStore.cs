using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>Collections, aliases and snapshots of the double. One request at a time.</summary>
internal sealed class QdrantStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, QdrantCollection> _collections = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly Dictionary<string, (string Collection, QdrantCollection Content, DateTime At)> _snapshots = [];
    private readonly Dictionary<string, QdrantCollection> _files = [];
    private readonly Queue<(QdrantCollection Collection, Action Change)> _late = new();
    private int _operations;

    public JsonNode List()
    {
        lock (_gate)
        {
            return new JsonObject { ["collections"] = new JsonArray([.. _collections.Keys.Select(name => new JsonObject { ["name"] = name })]) };
        }
    }

    public JsonNode Create(string name, JsonNode request)
    {
        lock (_gate)
        {
            if (_collections.ContainsKey(name))
            {
                throw new QdrantError(HttpStatusCode.Conflict, $"Wrong input: Collection `{name}` already exists!");
            }

            if (_aliases.ContainsKey(name))
            {
                throw QdrantError.WrongInput($"Can't create collection with name {name}. Alias with the same name already exists");
            }

            _collections.Add(name, new QdrantCollection(request));
            return true;
        }
    }

    /// <summary>Removes a collection and its aliases; an alias does not name it here.</summary>
    public JsonNode Delete(string name)
    {
        lock (_gate)
        {
            foreach (var alias in _aliases.Where(alias => alias.Value == name).Select(alias => alias.Key).ToList())
            {
                _aliases.Remove(alias);
            }

            return _collections.Remove(name);
        }
    }

    public JsonNode Aliases()
    {
        lock (_gate)
        {
            return new JsonObject
            {
                ["aliases"] = new JsonArray([.. _aliases.Select(alias => new JsonObject { ["alias_name"] = alias.Key, ["collection_name"] = alias.Value })]),
            };
        }
    }

    /// <summary>All actions in one step; nobody sees the state in between.</summary>
    public JsonNode ChangeAliases(JsonNode request)
    {
        lock (_gate)
        {
            foreach (var action in request["actions"]!.AsArray())
            {
                if (action!["delete_alias"] is { } delete)
                {
                    _aliases.Remove((string)delete["alias_name"]!);
                }
                else if (action["create_alias"] is { } create)
                {
                    var (alias, collection) = ((string)create["alias_name"]!, (string)create["collection_name"]!);
                    if (!_collections.ContainsKey(collection))
                    {
                        throw QdrantError.NoCollection(collection);
                    }

                    if (_collections.ContainsKey(alias))
                    {
                        throw QdrantError.WrongInput($"Can't create alias with name {alias}. Collection with the same name already exists");
                    }

                    _aliases[alias] = collection;
                }
            }

            return true;
        }
    }

    public T Read<T>(string name, Func<QdrantCollection, T> read)
    {
        lock (_gate)
        {
            return read(Find(name));
        }
    }

    /// <summary>Makes a change now if it is waited for, and else with the next one that is, or a little later.</summary>
    public JsonNode Write(QdrantCall call, Action<QdrantCollection> change)
    {
        lock (_gate)
        {
            var collection = Find(call.Collection);
            if (call.Waits)
            {
                CatchUp();
                change(collection);
            }
            else
            {
                _late.Enqueue((collection, () => change(collection)));
                _ = CatchUpLaterAsync();
            }

            return Updated(call.Waits);
        }
    }

    /// <summary>Several changes one after the other; those before one that fails stay.</summary>
    public JsonNode WriteAll(QdrantCall call)
    {
        var results = new JsonArray();
        foreach (var operation in call.Body["operations"]!.AsArray())
        {
            results.Add(operation!.AsObject().Single() switch
            {
                { Key: "update_vectors", Value: { } body } => Write(call, collection => collection.UpdateVectors(body)),
                { Key: "delete_vectors", Value: { } body } => Write(call, collection => collection.DeleteVectors(body)),
                var other => throw QdrantError.WrongInput($"The double knows no operation {other.Key}"),
            });
        }

        return results;
    }

    public JsonNode Snapshots(string name)
    {
        lock (_gate)
        {
            var real = RealName(name);
            return new JsonArray([.. _snapshots.Where(snapshot => snapshot.Value.Collection == real).Select(Describe)]);
        }
    }

    public JsonNode CreateSnapshot(string name)
    {
        lock (_gate)
        {
            var real = RealName(name);
            var snapshot = $"{real}-{++_operations}.snapshot";
            _snapshots.Add(snapshot, (real, _collections[real].Copy(), DateTime.UtcNow));
            _files.Add(FileOf(snapshot), _snapshots[snapshot].Content);
            return Describe(KeyValuePair.Create(snapshot, _snapshots[snapshot]));
        }
    }

    /// <summary>What a snapshot is as a file, in base 64.</summary>
    public JsonNode Download(string name, string snapshot)
    {
        lock (_gate)
        {
            return RealName(name) == _snapshots.GetValueOrDefault(snapshot).Collection
                ? FileOf(snapshot)
                : throw new QdrantError(HttpStatusCode.NotFound, $"Not found: Snapshot {snapshot} not found");
        }
    }

    /// <summary>Makes a collection of a file that was downloaded at any time.</summary>
    public JsonNode Upload(string name, string file, string checksum)
    {
        lock (_gate)
        {
            if (checksum.Length > 0 && checksum != Checksum(file))
            {
                throw QdrantError.WrongInput("Snapshot checksum mismatch");
            }

            _collections[_aliases.GetValueOrDefault(name, name)] = _files.TryGetValue(file, out var content)
                ? content.Copy()
                : throw QdrantError.WrongInput("Snapshot is no archive of a collection");
            return true;
        }
    }

    public JsonNode DeleteSnapshot(string name, string snapshot)
    {
        lock (_gate)
        {
            return RealName(name) == _snapshots.GetValueOrDefault(snapshot).Collection && _snapshots.Remove(snapshot)
                ? true
                : throw new QdrantError(HttpStatusCode.NotFound, $"Not found: Snapshot {snapshot} not found");
        }
    }

    public JsonNode Recover(string name, JsonNode request)
    {
        lock (_gate)
        {
            var file = new Uri((string)request["location"]!).Segments[^1];
            if (!_snapshots.TryGetValue(file, out var snapshot))
            {
                throw QdrantError.WrongInput($"Snapshot file {file} doesn't exist");
            }

            _collections[_aliases.GetValueOrDefault(name, name)] = snapshot.Content.Copy();
            return true;
        }
    }

    private static JsonObject Describe(KeyValuePair<string, (string Collection, QdrantCollection Content, DateTime At)> snapshot) => new()
    {
        ["name"] = snapshot.Key,
        ["creation_time"] = snapshot.Value.At.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
        ["size"] = Convert.FromBase64String(FileOf(snapshot.Key)).Length,
        ["checksum"] = Checksum(FileOf(snapshot.Key)),
    };

    private static string FileOf(string snapshot) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"What {snapshot} holds."));

    private static string Checksum(string file) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(file)));

    private string RealName(string name)
    {
        var real = _aliases.GetValueOrDefault(name, name);
        return _collections.ContainsKey(real) ? real : throw QdrantError.NoCollection(name);
    }

    private QdrantCollection Find(string name) => _collections[RealName(name)];

    private void CatchUp()
    {
        while (_late.TryDequeue(out var late))
        {
            late.Change();
        }
    }

    private async Task CatchUpLaterAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(50));
        lock (_gate)
        {
            CatchUp();
        }
    }

    private JsonObject Updated(bool isDone) =>
        new() { ["operation_id"] = ++_operations, ["status"] = isDone ? "completed" : "acknowledged" };
}
