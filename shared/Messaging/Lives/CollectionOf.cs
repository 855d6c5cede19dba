using System.Reflection;
using Pipeline.Contracts.Events;

namespace Pipeline.Messaging.Lives;

/// <summary>Reads the collection that messages of one type name.</summary>
internal static class CollectionOf<T>
    where T : class
{
    private static readonly Func<T, string?>? Read = Create();

    /// <summary>The collection; null where messages of this type name none, or where it is for the consumer to say that there is none.</summary>
    public static string? Name(T message) => Read?.Invoke(message);

    private static Func<T, string?>? Create() =>
        // An upload to a collection that is gone is refused, and the end of one concerns no life.
        typeof(T) == typeof(ImageUploaded) || typeof(T) == typeof(CollectionDeleted)
            ? null
            : typeof(T).GetProperty("Collection", BindingFlags.Public | BindingFlags.Instance) is { GetMethod: { } get } property && property.PropertyType == typeof(string)
                ? get.CreateDelegate<Func<T, string?>>()
                : null;
}
