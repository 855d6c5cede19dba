using Pipeline.Evaluation;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>The embedded index after one round of the sweep.</summary>
/// <param name="Iteration">The round; 0 is the CNN index as it came.</param>
/// <param name="Jaccard">Mean overlap of the reciprocal neighbours of both spaces.</param>
/// <param name="Phi">‖Φ‖_F of the CNN index.</param>
/// <param name="BytesPerImage">Of the embedded vectors.</param>
/// <param name="Ns">N-S of a query with its CNN embedding, every picture being gallery and query.</param>
/// <param name="HeldOutMap">mAP of queries that are not in a gallery embedded as often.</param>
internal sealed record EmbeddingFigures(int Iteration, double Jaccard, double Phi, double BytesPerImage, double Ns, double? HeldOutMap);

/// <summary>What each round of the sweep is worth.</summary>
internal static class EmbeddingQuality
{
    public static IReadOnlyList<EmbeddingFigures> Measure(
        GroundTruth truth, Gallery everything, List<PictureFeatures> queries, Gallery rest, List<PictureFeatures> heldOut) =>
    [
        .. everything.Embedding.Select((round, i) => new EmbeddingFigures(
            round.Number,
            round.Jaccard,
            round.CnnModification,
            round.BytesPerImage,
            Scores(truth, everything, round.Cnn, queries).Ns,
            i < rest.Embedding.Count ? Scores(truth, rest, rest.Embedding[i].Cnn, heldOut).Map : null)),
    ];

    private static RetrievalScores Scores(GroundTruth truth, Gallery gallery, IReadOnlyList<float[]> index, List<PictureFeatures> queries) =>
        RetrievalQuality.Evaluate(truth, queries, queries.ConvertAll(query => CieMode.Rank(gallery, index, query)));
}
