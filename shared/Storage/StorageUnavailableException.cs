namespace Pipeline.Storage;

/// <summary>
/// The store cannot serve the call now: disk full, volume or server gone, time-out. It says that a dependency is down, not
/// that the call was wrong; the same call may succeed later.
/// </summary>
/// <remarks>
/// A write that ends so was usually not made, but may have been: its answer can be lost on the way. Repeat it with the same
/// arguments; a <see cref="StateTransaction"/> is repeated as the same object, so that it is applied once.
/// </remarks>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Creates it with a message and its cause.</summary>
    public StorageUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The store whose state is kept in records.</summary>
    public const string State = "state store";

    /// <summary>The store of images, features and artifacts.</summary>
    public const string Blobs = "blob store";

    /// <summary>The index that answers searches.</summary>
    public const string Index = "vector index";

    /// <summary>Which store it is, for people: <see cref="State"/>, <see cref="Blobs"/>, <see cref="Index"/>, or just storage.</summary>
    public string Store { get; init; } = "storage";
}
