using Pipeline.Neighbours.Words;
using Pipeline.Storage;

namespace Pipeline.SiftExtraction.Words;

/// <summary>The vocabularies in use, loaded once and verified by their hash. A few are kept: one a collection is the rule, two during a change.</summary>
public sealed class Vocabularies(ArtifactStore artifacts)
{
    /// <summary>Most vocabularies in memory; the one not used for longest goes first. One of the default size has about 10 MB.</summary>
    public const int MaxLoaded = 8;

    private readonly Lock _gate = new();
    private readonly List<(string Version, Task<BagOfWords> Words)> _loaded = [];

    /// <summary>The bag of words of a vocabulary artifact.</summary>
    /// <exception cref="ArtifactNotFoundException">There is no such version.</exception>
    /// <exception cref="ArtifactCorruptException">Its content is gone or not what was added.</exception>
    public async Task<BagOfWords> GetAsync(string version, CancellationToken ct)
    {
        var words = Find(version);
        try
        {
            return await words.WaitAsync(ct);
        }
        catch when (words.IsFaulted)
        {
            // The next one who asks tries again.
            lock (_gate)
            {
                _loaded.RemoveAll(entry => entry.Words == words);
            }

            throw;
        }
    }

    private Task<BagOfWords> Find(string version)
    {
        lock (_gate)
        {
            var at = _loaded.FindIndex(entry => entry.Version == version);
            var found = at >= 0 ? _loaded[at] : (version, LoadAsync(version));
            if (at >= 0)
            {
                _loaded.RemoveAt(at);
            }
            else if (_loaded.Count == MaxLoaded)
            {
                _loaded.RemoveAt(0);
            }

            _loaded.Add(found);
            return found.Item2;
        }
    }

    // For all who wait: none of them may cancel it for the others.
    private async Task<BagOfWords> LoadAsync(string version) =>
        new(VisualVocabulary.Parse(await artifacts.LoadAsync(version, CancellationToken.None)));
}
