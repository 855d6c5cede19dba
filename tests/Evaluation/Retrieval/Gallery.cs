using System.Collections.Concurrent;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Pipeline.Neighbours.Words;
using Pipeline.Sift;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>
/// The pictures that are searched, and what is learned from them alone. A query that is not among them meets a vocabulary that has never
/// seen it, as in a live system.
/// </summary>
internal sealed class Gallery
{
    private readonly Dictionary<string, SparseRow> _words;
    private readonly BagOfWords _bag;
    private readonly GeometricVerifier _verifier = new(new SiftOptions());
    private readonly ConcurrentDictionary<(int, int), bool> _verified = new();
    private readonly Lazy<IReadOnlyList<EmbeddingIteration>> _embedding;

    public Gallery(IReadOnlyList<PictureFeatures> pictures)
    {
        Pictures = pictures;
        _bag = new BagOfWords(new VocabularyTrainer(new VocabularyOptions()).Train([.. pictures.Select(picture => picture.Sift)]));
        _words = pictures.ToDictionary(picture => picture.File, picture => _bag.Describe(picture.Sift), StringComparer.Ordinal);
        _embedding = new(() =>
        [
            .. new CollaborativeIndexEmbedding(Mining, new EmbeddingOptions(), Verified)
                .Sweep([.. pictures.Select(picture => picture.Embedding)], [.. pictures.Select(Words)]),
        ]);
    }

    public static MiningOptions Mining { get; } = new();

    public IReadOnlyList<PictureFeatures> Pictures { get; }

    /// <summary>Collaborative embedding of the gallery, round by round, from the vectors as they came.</summary>
    public IReadOnlyList<EmbeddingIteration> Embedding => _embedding.Value;

    /// <summary>Whether two pictures, by their places, count as showing one subject; as the mining service verifies.</summary>
    public bool Verified(int a, int b) => _verified.GetOrAdd((Math.Min(a, b), Math.Max(a, b)), pair =>
    {
        var match = _verifier.Verify(Pictures[pair.Item1].Sift, Pictures[pair.Item2].Sift);
        return match.Verified && match.CentralSupport >= Mining.MinCentralSupport;
    });

    /// <summary>Visual words of any picture, of the gallery or not.</summary>
    public SparseRow Words(PictureFeatures picture) => _words.TryGetValue(picture.File, out var words) ? words : _bag.Describe(picture.Sift);
}
