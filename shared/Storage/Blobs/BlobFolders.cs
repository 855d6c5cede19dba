using System.Collections.Concurrent;

namespace Pipeline.Storage;

/// <summary>The folders that blobs lie in: where a key's file is, and folders whose names outlast a power cut.</summary>
internal sealed class BlobFolders(string objects)
{
    private const int RememberedFolders = 100_000;
    private const int MaxAttempts = 100;

    // Folders whose own name is known to be durable, so that the usual write syncs one folder and not the whole path.
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    /// <summary>Where the blob of a key is.</summary>
    /// <exception cref="ArgumentException">The key is ill-formed.</exception>
    public string PathOf(string key) => Path.Combine(objects, BlobKey.Validate(key));

    /// <summary>The path of a key's folder, which the empty text names as a whole.</summary>
    public string FolderOf(string folder) => Path.Combine(objects, folder);

    /// <summary>Gives a finished file its blob's name, durably, in place of what had it before.</summary>
    /// <exception cref="ArgumentException">The key begins other blobs' keys, or another blob's key begins it.</exception>
    public void Publish(string file, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Make(folder);
                if (Directory.Exists(path))
                {
                    throw new ArgumentException($"'{Path.GetRelativePath(objects, path)}' is the beginning of other blobs' keys.");
                }

                // Syncing takes a while, in which somebody could take away a folder that is still empty: names first, then all syncs.
                File.Move(file, path, overwrite: true);
                NativeMethods.SyncDirectory(folder);
                Settle(folder);
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < MaxAttempts && Directory.Exists(objects))
            {
                // Somebody who deleted what was in the folder took it away as well; with the blob, if that was there already.
                if (!File.Exists(file))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Deletes a blob durably; false if there is none.</summary>
    public bool Delete(string path)
    {
        if (!IsBlob(path))
        {
            return false;
        }

        File.Delete(path);
        NativeMethods.SyncDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Deletes a folder of blobs with all that is in it, durably; false if there is none.</summary>
    public bool DeleteFolder(string folder)
    {
        var path = FolderOf(folder.TrimEnd('/'));
        for (var attempt = 1; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
                DeleteIfEmpty(Path.GetDirectoryName(path)!);
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                // Somebody else deletes it, too.
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
                // Somebody put a blob into a folder that was about to go.
            }
        }

        ThrowIfGone();
        return false;
    }

    /// <summary>Makes the deletion of what was in a folder durable, and takes the folder away if that was all, and then those above it.</summary>
    private void DeleteIfEmpty(string folder)
    {
        try
        {
            while (folder.Length > objects.Length && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
                folder = Path.GetDirectoryName(folder)!;
            }
        }
        catch (IOException)
        {
            // Somebody has put something into it meanwhile, or taken it away.
        }

        try
        {
            NativeMethods.SyncDirectory(folder);
        }
        catch (DirectoryNotFoundException) when (Directory.Exists(objects))
        {
            // Gone with what was in it, which whoever took it away makes durable.
        }
    }

    /// <summary>Whether there is a blob at the path.</summary>
    public bool IsBlob(string path)
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

    /// <summary>A volume that is not mounted must read as unavailable: "no such blob" would be taken for the truth.</summary>
    public void ThrowIfGone()
    {
        if (!Directory.Exists(objects))
        {
            throw new DirectoryNotFoundException($"'{objects}' is gone.");
        }
    }

    /// <summary>Makes a folder and those above it. Their names are not durable yet.</summary>
    private void Make(string folder)
    {
        if (folder.Length <= objects.Length)
        {
            ThrowIfGone();
            return;
        }

        if (Directory.Exists(folder))
        {
            return;
        }

        if (File.Exists(folder))
        {
            throw new ArgumentException($"The key lies below the blob '{Path.GetRelativePath(objects, folder)}'.");
        }

        Make(Path.GetDirectoryName(folder)!);
        _durable.TryRemove(folder, out _);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Makes the names of a folder and of those above it durable, also where another process made them and has not done so yet.</summary>
    private void Settle(string folder)
    {
        if (folder.Length <= objects.Length || _durable.ContainsKey(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        Settle(parent);
        NativeMethods.SyncDirectory(parent);
        if (_durable.Count >= RememberedFolders)
        {
            _durable.Clear();
        }

        _durable[folder] = true;
    }
}
