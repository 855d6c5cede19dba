using System.Collections.Concurrent;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>The collections by name and by alias. Changed by the writer alone, read by anybody.</summary>
internal sealed class CollectionNames
{
    private readonly ConcurrentDictionary<string, MemoryCollection> _collections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _aliases = new(StringComparer.Ordinal);

    public IReadOnlyList<string> List() => [.. _collections.Keys.Order(StringComparer.Ordinal)];

    public IReadOnlyDictionary<string, string> Aliases() => new Dictionary<string, string>(_aliases, StringComparer.Ordinal).AsReadOnly();

    /// <summary>The collection of this name; no alias counts.</summary>
    public MemoryCollection? FindCollection(string name) => _collections.GetValueOrDefault(name);

    /// <summary>The collection of this name or alias.</summary>
    public MemoryCollection? Find(string name)
    {
        var found = FindCollection(name);
        string? before = null;
        while (found is null && _aliases.TryGetValue(name, out var target) && target != before)
        {
            // What the alias named may be dropped right after it was given to another: then the other is meant.
            found = FindCollection(target);
            before = target;
        }

        return found;
    }

    public void Add(MemoryCollection collection) => _collections[collection.Name] = collection;

    /// <summary>Removes a collection and its aliases.</summary>
    public void Remove(string name)
    {
        foreach (var (alias, target) in _aliases)
        {
            if (target == name)
            {
                _aliases.TryRemove(alias, out _);
            }
        }

        _collections.TryRemove(name, out _);
    }

    public void SetAlias(string alias, string collection) => _aliases[alias] = collection;

    public bool RemoveAlias(string alias) => _aliases.TryRemove(alias, out _);
}
