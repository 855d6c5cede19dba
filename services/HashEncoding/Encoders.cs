using Pipeline.Hashing;
using Pipeline.Onnx;
using Pipeline.Storage;

namespace Pipeline.HashEncoding;

/// <summary>
/// The encoders in use, loaded once and verified by their hash. A few are kept: one a collection is the rule, two during a change.
/// </summary>
public sealed class Encoders(HashEncoder initial, ArtifactStore artifacts, OnnxSessionFactory sessions) : IDisposable
{
    /// <summary>Most encoders in memory beside the one that collections begin with; the one not used for longest goes first.</summary>
    public const int MaxLoaded = 8;

    private readonly Lock _gate = new();
    private readonly List<Entry> _loaded = [];

    /// <summary>The encoder that collections begin with.</summary>
    public HashEncoder Initial => initial;

    /// <summary>Lends an encoder; dispose the lease after use.</summary>
    /// <param name="version">The artifact; null for the encoder that collections begin with.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ArtifactNotFoundException">There is no such version.</exception>
    /// <exception cref="ArtifactCorruptException">Its content is gone or not what was added.</exception>
    /// <exception cref="InvalidDataException">The artifact is no hash encoder.</exception>
    public async Task<EncoderLease> RentAsync(string? version, CancellationToken ct)
    {
        if (version is null || version == initial.Version)
        {
            return new EncoderLease(initial, () => { });
        }

        var entry = Enter(version);
        try
        {
            return new EncoderLease(await entry.Encoder.WaitAsync(ct), () => Leave(entry));
        }
        catch
        {
            if (entry.Encoder.IsFaulted)
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
                if (_loaded.Count == MaxLoaded)
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
            entry.Encoder.ContinueWith(
                loaded => loaded.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    // For all who wait: none of them may cancel it for the others.
    private async Task<HashEncoder> LoadAsync(string version) => new(await artifacts.LoadAsync(version, CancellationToken.None), sessions);

    private sealed class Entry(string version, Task<HashEncoder> encoder)
    {
        public string Version => version;

        public Task<HashEncoder> Encoder => encoder;

        public int Users { get; set; } = 1;
    }
}
