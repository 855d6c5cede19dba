namespace Pipeline.Neighbours.Embedding;

/// <summary>One round of a batch sweep.</summary>
/// <param name="Number">From 1; 0 are the vectors as they came.</param>
/// <param name="Jaccard">Mean over all images of |R_C ∩ R_S| / |R_C ∪ R_S|, an image without reciprocal neighbours counting 0.</param>
/// <param name="CnnModification">‖Φ_C‖_F, the distance of the embedded CNN vectors from those that came.</param>
/// <param name="SiftModification">‖Φ_S‖_F.</param>
/// <param name="BytesPerImage">Of the embedded CNN index, 8 bytes an entry.</param>
/// <param name="Cnn">The embedded CNN vectors.</param>
/// <param name="Sift">The embedded SIFT vectors.</param>
public sealed record EmbeddingIteration(
    int Number,
    double Jaccard,
    double CnnModification,
    double SiftModification,
    double BytesPerImage,
    IReadOnlyList<float[]> Cnn,
    IReadOnlyList<SparseRow> Sift);
