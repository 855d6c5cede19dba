namespace Pipeline.Storage;

/// <summary>
/// One walk over the blobs whose keys begin with a prefix, a folder a step. Only the folder that holds the prefix's last slash
/// can hold matches; deeper folders are entered if they match.
/// </summary>
internal sealed class BlobListing
{
    private readonly BlobFolders _folders;
    private readonly string _prefix;
    private readonly Stack<string> _pending;

    /// <exception cref="ArgumentException">No key can begin with the prefix.</exception>
    public BlobListing(BlobFolders folders, string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!BlobKey.IsValidPrefix(prefix))
        {
            throw new ArgumentException($"'{prefix}' cannot begin a blob key.", nameof(prefix));
        }

        _folders = folders;
        _prefix = prefix;
        _pending = new Stack<string>([prefix[..(prefix.LastIndexOf('/') + 1)]]);
    }

    /// <summary>The matches in the next folder; null at the end.</summary>
    public IReadOnlyList<BlobEntry>? Next()
    {
        if (!_pending.TryPop(out var folder))
        {
            return null;
        }

        var path = _folders.FolderOf(folder);
        if (!Directory.Exists(path))
        {
            _folders.ThrowIfGone();
            return [];
        }

        var found = new List<BlobEntry>();
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            var key = folder + entry.Name;
            if (entry is FileInfo file)
            {
                // A file deleted since the enumeration saw it has no length any more.
                if (key.StartsWith(_prefix, StringComparison.Ordinal) && file.Exists)
                {
                    found.Add(new BlobEntry(key, file.Length, file.LastWriteTimeUtc));
                }
            }
            else if (key.StartsWith(_prefix, StringComparison.Ordinal) || _prefix.StartsWith(key + '/', StringComparison.Ordinal))
            {
                _pending.Push(key + '/');
            }
        }

        return found;
    }
}
