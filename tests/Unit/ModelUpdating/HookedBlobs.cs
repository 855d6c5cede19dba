using Pipeline.Storage;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>A blob store that says of each write what it is about to do; whoever listens may throw.</summary>
internal sealed class HookedBlobs(IBlobStore inner) : IBlobStore
{
    public Func<string, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await BeforePut(key);
        await inner.PutAsync(key, content, ct);
    }

    public async Task<long> PutAsync(string key, Stream content, long maxBytes, CancellationToken ct)
    {
        await BeforePut(key);
        return await inner.PutAsync(key, content, maxBytes, ct);
    }

    public Task<byte[]?> TryReadAsync(string key, CancellationToken ct) => inner.TryReadAsync(key, ct);

    public Task<Stream?> TryOpenReadAsync(string key, CancellationToken ct) => inner.TryOpenReadAsync(key, ct);

    public Task<bool> ExistsAsync(string key, CancellationToken ct) => inner.ExistsAsync(key, ct);

    public Task<bool> CopyAsync(string from, string to, CancellationToken ct) => inner.CopyAsync(from, to, ct);

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

    public Task DeleteAllAsync(string prefix, CancellationToken ct) => inner.DeleteAllAsync(prefix, ct);

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);
}
