using System.Collections.Concurrent;
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
    private const int RememberedFolders = 100_000;

    /// <summary>Nothing writes one blob for so long: an older temporary file belongs to a process that crashed.</summary>
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    private readonly string _objects;
    private readonly string _incoming;

    // Folders whose own name is known to be durable, so that the usual write syncs one folder and not the whole path.
    private readonly ConcurrentDictionary<string, bool> _durableFolders = new(StringComparer.Ordinal);

    /// <summary>Opens the store, creates its folders and removes what crashed writers left behind.</summary>
    /// <exception cref="StorageUnavailableException">The folder cannot be created or listed.</exception>
    public DirectoryBlobStore(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        Root = Path.GetFullPath(root);
        _objects = Path.Combine(Root, "objects");
        _incoming = Path.Combine(Root, "incoming");
        Guard(() =>
        {
            Directory.CreateDirectory(_objects);
            Directory.CreateDirectory(_incoming);
            NativeMethods.SyncDirectory(Root);
            RemoveAbandoned();
            return true;
        });
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    string IStorageProbe.Name => "blobs";

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var target = PathOf(key);
        return Run(
            () =>
            {
                WriteAndPublish(content, target);
                return true;
            },
            ct);
    }

    /// <inheritdoc/>
    public async Task<long> PutAsync(string key, Stream content, long maxBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var target = PathOf(key);
        var temporary = NewTemporary();
        try
        {
            long length = 0;
            using (var file = Guard(() => Create(temporary)))
            {
                var buffer = new byte[CopyBuffer];
                int read;
                // Errors of the source are the caller's; only the file's own mean that the store is unavailable.
                while ((read = await content.ReadAsync(buffer, ct)) > 0)
                {
                    if (length + read > maxBytes)
                    {
                        throw new BlobTooLargeException(key, maxBytes);
                    }

                    var (position, count) = (length, read);
                    await Run(
                        () =>
                        {
                            RandomAccess.Write(file, buffer.AsSpan(0, count), position);
                            return true;
                        },
                        ct);
                    length += read;
                }

                await Run(
                    () =>
                    {
                        RandomAccess.FlushToDisk(file);
                        return true;
                    },
                    ct);
            }

            await Run(
                () =>
                {
                    Publish(temporary, target);
                    return true;
                },
                ct);
            return length;
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<byte[]?> TryReadAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key);
        return Run(
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
        var path = PathOf(key);
        return Run<Stream?>(() => OpenOrNull(path) is { } file ? new FileStream(file, FileAccess.Read, CopyBuffer) : null, ct);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key);
        return Run(() => IsBlob(path), ct);
    }

    /// <inheritdoc/>
    /// <remarks>A hard link where the file system has them: blobs are replaced, never changed, so two keys can share a file.</remarks>
    public Task<bool> CopyAsync(string from, string to, CancellationToken ct)
    {
        var (source, target) = (PathOf(from), PathOf(to));
        return Run(
            () =>
            {
                if (!IsBlob(source))
                {
                    return false;
                }

                var temporary = NewTemporary();
                try
                {
                    if (!NativeMethods.TryLink(source, temporary))
                    {
                        CopyDurably(source, temporary);
                    }

                    Publish(temporary, target);
                    return true;
                }
                catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && !IsBlob(source))
                {
                    // Somebody else deleted it in between.
                    return false;
                }
                finally
                {
                    // Renaming a link to what the target is already leaves the link where it was.
                    Discard(temporary);
                }
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key);
        return Run(
            () =>
            {
                if (!IsBlob(path))
                {
                    return false;
                }

                File.Delete(path);
                NativeMethods.SyncDirectory(Path.GetDirectoryName(path)!);
                return true;
            },
            ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!BlobKey.IsValidPrefix(prefix))
        {
            throw new ArgumentException($"'{prefix}' cannot begin a blob key.", nameof(prefix));
        }

        // Only the folder that holds the prefix's last slash can hold matches; deeper folders are entered if they match.
        var pending = new Stack<string>([prefix[..(prefix.LastIndexOf('/') + 1)]]);
        while (pending.TryPop(out var folder))
        {
            var entries = await Run(() => Entries(folder), ct);
            foreach (var (name, file) in entries)
            {
                var key = folder + name;
                if (file is not null && key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return new BlobEntry(key, file.Length, file.LastWriteTimeUtc);
                }
                else if (file is null && (key.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(key + '/', StringComparison.Ordinal)))
                {
                    pending.Push(key + '/');
                }
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Writes, syncs and deletes a small file, so that a full or read-only disk is seen.</remarks>
    public Task ProbeAsync(CancellationToken ct) => Run(
        () =>
        {
            var probe = NewTemporary();
            try
            {
                using var file = Create(probe);
                RandomAccess.Write(file, "probe"u8, 0);
                RandomAccess.FlushToDisk(file);
            }
            finally
            {
                File.Delete(probe);
            }

            return true;
        },
        ct);

    private List<(string Name, FileInfo? File)> Entries(string folder)
    {
        var path = Path.Combine(_objects, folder);
        if (!Directory.Exists(path))
        {
            ThrowIfGone();
            return [];
        }

        var found = new List<(string, FileInfo?)>();
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            // A file deleted since the enumeration saw it has no length any more.
            if (entry is not FileInfo file || file.Exists)
            {
                found.Add((entry.Name, entry as FileInfo));
            }
        }

        return found;
    }

    private void WriteAndPublish(ReadOnlyMemory<byte> content, string target)
    {
        var temporary = NewTemporary();
        try
        {
            using (var file = Create(temporary))
            {
                RandomAccess.Write(file, content.Span, 0);
                RandomAccess.FlushToDisk(file);
            }

            Publish(temporary, target);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    private static void CopyDurably(string source, string target)
    {
        File.Copy(source, target);
        using var file = File.OpenHandle(target, FileMode.Open, FileAccess.Write);
        RandomAccess.FlushToDisk(file);
    }

    private void Publish(string source, string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        EnsureFolder(folder);
        if (Directory.Exists(target))
        {
            throw new ArgumentException($"'{Path.GetRelativePath(_objects, target)}' is the beginning of other blobs' keys.");
        }

        File.Move(source, target, overwrite: true);
        NativeMethods.SyncDirectory(folder);
    }

    private void EnsureFolder(string folder)
    {
        if (folder.Length <= _objects.Length)
        {
            ThrowIfGone();
            return;
        }

        if (_durableFolders.ContainsKey(folder) && Directory.Exists(folder))
        {
            return;
        }

        if (File.Exists(folder))
        {
            throw new ArgumentException($"The key lies below the blob '{Path.GetRelativePath(_objects, folder)}'.");
        }

        // Another process may have made the folder and not synced it yet, so its parent is synced even if it exists.
        var parent = Path.GetDirectoryName(folder)!;
        EnsureFolder(parent);
        Directory.CreateDirectory(folder);
        NativeMethods.SyncDirectory(parent);
        if (_durableFolders.Count >= RememberedFolders)
        {
            _durableFolders.Clear();
        }

        _durableFolders[folder] = true;
    }

    /// <summary>A volume that is not mounted must read as unavailable: "no such blob" would be taken for the truth.</summary>
    private void ThrowIfGone()
    {
        if (!Directory.Exists(_objects))
        {
            throw new DirectoryNotFoundException($"'{_objects}' is gone.");
        }
    }

    private bool IsBlob(string path)
    {
        try
        {
            // Unlike File.Exists this tells a missing file from one that cannot be looked at.
            return (File.GetAttributes(path) & FileAttributes.Directory) == 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            ThrowIfGone();
            return false;
        }
    }

    private void RemoveAbandoned()
    {
        var newest = DateTime.UtcNow - AbandonedAfter;
        foreach (var file in new DirectoryInfo(_incoming).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < newest)
            {
                file.Delete();
            }
        }
    }

    private string PathOf(string key) => Path.Combine(_objects, BlobKey.Validate(key));

    private string NewTemporary() => Path.Combine(_incoming, Guid.NewGuid().ToString("N"));

    private static SafeFileHandle Create(string path) => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);

    private SafeFileHandle? OpenOrNull(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            ThrowIfGone();
            return null;
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            // The beginning of other keys, itself no blob.
            return null;
        }
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What matters is decided already, for good or ill; the file is removed at a later start.
        }
    }

    private static async Task<T> Run<T>(Func<T> work, CancellationToken ct) => await Task.Run(() => Guard(work), ct);

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"The blob store does not work: {e.Message}", e);
        }
    }
}
