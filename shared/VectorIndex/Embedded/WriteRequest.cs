namespace Pipeline.VectorIndex.Embedded;

/// <summary>A write that waits for the writer.</summary>
internal abstract class WriteRequest(CancellationToken ct)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the write is durable and visible; true if it changed which collections exist.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>Points written or removed.</summary>
    public abstract int Weight { get; }

    public void Succeed(bool changed) => _done.TrySetResult(changed);

    public void Fail(Exception error) => _done.TrySetException(error);

    /// <summary>True if the caller gave up before the writer began; the request is then over.</summary>
    public bool IsAbandoned() => ct.IsCancellationRequested && _done.TrySetCanceled(ct);

    /// <summary>True if a request behind this one may take place in the same transaction.</summary>
    public virtual bool CanShareWith(WriteRequest next) => false;
}

/// <summary>Creates a collection unless it exists.</summary>
internal sealed class EnsureRequest(string name, CollectionSchema schema, CancellationToken ct) : WriteRequest(ct)
{
    public string Name => name;

    public CollectionSchema Schema => schema;

    public override int Weight => 0;
}

/// <summary>Removes a collection.</summary>
internal sealed class DropRequest(string name, CancellationToken ct) : WriteRequest(ct)
{
    public string Name => name;

    public override int Weight => 0;
}

/// <summary>Lets an alias name a collection.</summary>
internal sealed class SetAliasRequest(string alias, string collection, CancellationToken ct) : WriteRequest(ct)
{
    public string Alias => alias;

    public string Collection => collection;

    public override int Weight => 0;
}

/// <summary>Removes an alias.</summary>
internal sealed class RemoveAliasRequest(string alias, CancellationToken ct) : WriteRequest(ct)
{
    public string Alias => alias;

    public override int Weight => 0;
}
