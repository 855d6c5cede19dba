using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Storage;

/// <summary>
/// Blobs as files below a folder that any number of processes share: a temporary file, fsync, rename, fsync of the folder.
/// </summary>
/// <remarks>
/// Blobs are at <c>ROOT/objects/KEY</c>; <c>ROOT/incoming</c> holds files while they are written, on the same file system so
/// that the rename is atomic. Folders that become empty stay. How keys spread over folders is the caller's choice.
/// </remarks>
public sealed class DirectoryBlobStore : IBlobStore, IStorageProbe
{
    private const int CopyBuffer = 128 * 1024;
    private readonly BlobFolders _folders;
    private readonly TemporaryFiles _temporaries;

    /// <summary>Opens the store, creates its folders and removes what crashed writers left behind.</summary>
    /// <exception cref="StorageUnavailableException">The folder cannot be created or listed.</exception>
    public DirectoryBlobStore(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        Root = Path.GetFullPath(root);
        var (objects, incoming) = (Path.Combine(Root, "objects"), Path.Combine(Root, "incoming"));
        _folders = new BlobFolders(objects);
        _temporaries = new TemporaryFiles(incoming);
        Guard(() =>
        {
            Directory.CreateDirectory(objects);
            Directory.CreateDirectory(incoming);
            NativeMethods.SyncDirectory(Root);
            _temporaries.RemoveAbandoned();
            return true;
        });
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    string IStorageProbe.Name => "blobs";

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var target = _folders.PathOf(key);
        return RunAsync(
            () =>
            {
                var temporary = _temporaries.NewPath();
                try
                {
                    TemporaryFiles.Write(temporary, content.Span);
                    _folders.Publish(temporary, target);
                }
                catch
                {
                    TemporaryFiles.Discard(temporary);
                    throw;
                }
            },
            ct);
    }

    /// <inheritdoc/>
    public async Task<long> PutAsync(string key, Stream content, long maxBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var target = _folders.PathOf(key);
        var temporary = _temporaries.NewPath();
        try
        {
            var length = await ReceiveAsync(key, content, maxBytes, temporary, ct);
            await RunAsync(() => _folders.Publish(temporary, target), ct);
            return length;
        }
        catch
        {
            TemporaryFiles.Discard(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<byte[]?> TryReadAsync(string key, CancellationToken ct)
    {
        var path = _folders.PathOf(key);
        return RunAsync(
            () =>
            {
                using var file = OpenOrNull(path);
                if (file is null)
                {
                    return null;
                }

                var content = new byte[RandomAccess.GetLength(file)];
                var filled = 0;
                int read;
                while (filled < content.Length && (read = RandomAccess.Read(file, content.AsSpan(filled), filled)) > 0)
                {
                    filled += read;
                }

                // Blobs are replaced, never changed: a shorter file is a damaged one.
                return filled == content.Length ? content : throw new IOException($"'{path}' ended early.");
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<Stream?> TryOpenReadAsync(string key, CancellationToken ct)
    {
        var path = _folders.PathOf(key);
        return RunAsync<Stream?>(() => OpenOrNull(path) is { } file ? new FileStream(file, FileAccess.Read, CopyBuffer) : null, ct);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken ct)
    {
        var path = _folders.PathOf(key);
        return RunAsync(() => _folders.IsBlob(path), ct);
    }

    /// <inheritdoc/>
    /// <remarks>A hard link where the file system has them.</remarks>
    public Task<bool> CopyAsync(string from, string to, CancellationToken ct)
    {
        var (source, target) = (_folders.PathOf(from), _folders.PathOf(to));
        return RunAsync(
            () =>
            {
                if (!_folders.IsBlob(source))
                {
                    return false;
                }

                var temporary = _temporaries.NewPath();
                try
                {
                    TemporaryFiles.CopyFrom(source, temporary);
                    _folders.Publish(temporary, target);
                    return true;
                }
                catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && !_folders.IsBlob(source))
                {
                    // Somebody else deleted it in between.
                    return false;
                }
                finally
                {
                    // Renaming a link to what the target is already leaves the link where it was.
                    TemporaryFiles.Discard(temporary);
                }
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string key, CancellationToken ct)
    {
        var path = _folders.PathOf(key);
        return RunAsync(() => _folders.Delete(path), ct);
    }

    /// <inheritdoc/>
    public Task DeleteAllAsync(string prefix, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.EndsWith('/') && BlobKey.IsValidPrefix(prefix)
            ? RunAsync(() => _folders.DeleteFolder(prefix), ct)
            : throw new ArgumentException($"'{prefix}' is no beginning of keys that ends with a slash.", nameof(prefix));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var listing = new BlobListing(_folders, prefix);
        while (await RunAsync(listing.Next, ct) is { } entries)
        {
            foreach (var entry in entries)
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Writes, syncs and deletes a small file, so that a full or read-only disk is seen.</remarks>
    public Task ProbeAsync(CancellationToken ct) => RunAsync(
        () =>
        {
            var probe = _temporaries.NewPath();
            try
            {
                TemporaryFiles.Write(probe, "probe"u8);
            }
            finally
            {
                File.Delete(probe);
            }
        },
        ct);

    /// <summary>Writes a stream to a file, durably; answers its length. Errors of the stream are the caller's; only the file's mean that the store is unavailable.</summary>
    private static async Task<long> ReceiveAsync(string key, Stream content, long maxBytes, string path, CancellationToken ct)
    {
        using var file = Guard(() => TemporaryFiles.Create(path));
        var buffer = new byte[CopyBuffer];
        long length = 0;
        int read;
        while ((read = await content.ReadAsync(buffer, ct)) > 0)
        {
            if (length + read > maxBytes)
            {
                throw new BlobTooLargeException(key, maxBytes);
            }

            var (position, count) = (length, read);
            await RunAsync(() => RandomAccess.Write(file, buffer.AsSpan(0, count), position), ct);
            length += read;
        }

        await RunAsync(() => RandomAccess.FlushToDisk(file), ct);
        return length;
    }

    private SafeFileHandle? OpenOrNull(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            _folders.ThrowIfGone();
            return null;
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            // The beginning of other keys, itself no blob.
            return null;
        }
    }

    private static Task RunAsync(Action work, CancellationToken ct) => RunAsync(
        () =>
        {
            work();
            return true;
        },
        ct);

    private static async Task<T> RunAsync<T>(Func<T> work, CancellationToken ct) => await Task.Run(() => Guard(work), ct);

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"The blob store does not work: {e.Message}", e) { Store = StorageUnavailableException.Blobs };
        }
    }
}
