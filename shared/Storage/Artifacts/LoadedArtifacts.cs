namespace Pipeline.Storage;

/// <summary>
/// Artifacts in use, each loaded once, verified by its hash, and shared by all who use it. A few are kept; the one not used for longest
/// goes first.
/// </summary>
/// <param name="artifacts">The registry.</param>
/// <param name="open">Makes of a verified content what is used; its faults are those of <see cref="RentAsync"/>.</param>
/// <param name="maxLoaded">Most that are kept, at least 1.</param>
/// <typeparam name="T">What is used.</typeparam>
public sealed class LoadedArtifacts<T>(ArtifactStore artifacts, Func<byte[], T> open, int maxLoaded) : IDisposable
    where T : class, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _loaded = [];

    /// <summary>Lends an artifact; dispose the lease after use.</summary>
    /// <param name="version">The artifact.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ArtifactNotFoundException">There is no such version.</exception>
    /// <exception cref="ArtifactCorruptException">Its content is gone or not what was added.</exception>
    public async Task<ArtifactLease<T>> RentAsync(string version, CancellationToken ct)
    {
        var entry = Enter(version);
        try
        {
            return new ArtifactLease<T>(await entry.Content.WaitAsync(ct), () => Leave(entry));
        }
        catch
        {
            if (entry.Content.IsFaulted)
            {
                // The next one who asks tries again.
                lock (_gate)
                {
                    _loaded.Remove(entry);
                }
            }

            Leave(entry);
            throw;
        }
    }

    /// <summary>Closes what is open and not in use; leases that are out close theirs when they are given back.</summary>
    public void Dispose()
    {
        Entry[] left;
        lock (_gate)
        {
            left = [.. _loaded];
            _loaded.Clear();
        }

        foreach (var entry in left)
        {
            Leave(entry);
        }
    }

    /// <summary>The entry of a version with one user more. What is in memory is a user, too.</summary>
    private Entry Enter(string version)
    {
        Entry? pushedOut = null;
        Entry entry;
        lock (_gate)
        {
            var at = _loaded.FindIndex(known => known.Version == version);
            if (at >= 0)
            {
                entry = _loaded[at];
                _loaded.RemoveAt(at);
            }
            else
            {
                entry = new Entry(version, LoadAsync(version));
                if (_loaded.Count == maxLoaded)
                {
                    pushedOut = _loaded[0];
                    _loaded.RemoveAt(0);
                }
            }

            _loaded.Add(entry);
            entry.Users++;
        }

        if (pushedOut is not null)
        {
            Leave(pushedOut);
        }

        return entry;
    }

    private void Leave(Entry entry)
    {
        bool last;
        lock (_gate)
        {
            last = --entry.Users == 0;
        }

        if (last)
        {
            // Loaded for nobody any more, perhaps not even finished.
            entry.Content.ContinueWith(
                loaded => loaded.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    // For all who wait: none of them may cancel it for the others.
    private async Task<T> LoadAsync(string version) => open(await artifacts.LoadAsync(version, CancellationToken.None));

    private sealed class Entry(string version, Task<T> content)
    {
        public string Version => version;

        public Task<T> Content => content;

        public int Users { get; set; } = 1;
    }
}
