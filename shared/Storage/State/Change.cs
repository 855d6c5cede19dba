namespace Pipeline.Storage;

/// <summary>
/// What an update wants to be done with a record, and what else belongs in the same transaction. Made by <see cref="Change"/>.
/// </summary>
/// <typeparam name="T">The record's type.</typeparam>
public sealed class Change<T>
    where T : class
{
    internal Change(ChangeKind kind, T? value, Action<StateTransaction>? also)
    {
        Kind = kind;
        Value = value;
        Also = also;
    }

    internal ChangeKind Kind { get; }

    internal T? Value { get; }

    internal Action<StateTransaction>? Also { get; }
}

/// <summary>Makes the answers of an update function.</summary>
public static class Change
{
    /// <summary>Store this value; <paramref name="also"/> adds further changes to the same transaction.</summary>
    public static Change<T> Put<T>(T value, Action<StateTransaction>? also = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(ChangeKind.Put, value, also);
    }

    /// <summary>Delete the record; <paramref name="also"/> adds further changes to the same transaction.</summary>
    public static Change<T> Delete<T>(Action<StateTransaction>? also = null)
        where T : class => new(ChangeKind.Delete, null, also);

    /// <summary>Leave everything as it is.</summary>
    public static Change<T> Keep<T>()
        where T : class => new(ChangeKind.Keep, null, null);
}

internal enum ChangeKind
{
    Keep,
    Put,
    Delete,
}
