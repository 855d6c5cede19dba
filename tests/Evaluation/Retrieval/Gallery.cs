using Pipeline.Neighbours;
using Pipeline.Neighbours.Words;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>
/// The pictures that are searched, and what is learned from them alone. A query that is not among them meets a vocabulary that has never
/// seen it, as in a live system.
/// </summary>
internal sealed class Gallery
{
    private readonly Dictionary<string, SparseRow> _words;
    private readonly BagOfWords _bag;

    public Gallery(IReadOnlyList<PictureFeatures> pictures)
    {
        Pictures = pictures;
        _bag = new BagOfWords(new VocabularyTrainer(new VocabularyOptions()).Train([.. pictures.Select(picture => picture.Sift)]));
        _words = pictures.ToDictionary(picture => picture.File, picture => _bag.Describe(picture.Sift), StringComparer.Ordinal);
    }

    public IReadOnlyList<PictureFeatures> Pictures { get; }

    /// <summary>Visual words of any picture, of the gallery or not.</summary>
    public SparseRow Words(PictureFeatures picture) => _words.TryGetValue(picture.File, out var words) ? words : _bag.Describe(picture.Sift);
}
