using Pipeline.Learning;
using Pipeline.Onnx;
using Pipeline.Tests.Evaluation.Retrieval;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>The default backbone's head, and what heads make of pictures.</summary>
internal static class Heads
{
    public static OnnxSessionFactory Sessions => PictureFiles.Sessions;

    /// <summary>The tail of the imported backbone, from which every collection begins.</summary>
    public static byte[] Imported { get; } = BackboneHead.Of(BackboneArtifact.Load(new BackboneOptions()), new BackboneOptions());

    /// <summary>Features of pictures, rows of length 1.</summary>
    public static IReadOnlyList<float[]> Embed(byte[] head, IReadOnlyList<CnnFeatures> pictures)
    {
        using var opened = new CnnHead(head, Sessions);
        return [.. opened.Embed([.. pictures.Select(picture => picture.Trunk)]).Select(row => row ?? throw new InvalidOperationException("The head gives no feature."))];
    }

    /// <summary>The same pictures with a head's features as their embeddings.</summary>
    public static IReadOnlyList<PictureFeatures> Embed(byte[] head, IReadOnlyList<PictureFeatures> pictures) =>
        [.. pictures.Zip(Embed(head, [.. pictures.Select(picture => picture.Cnn)]), (picture, row) => picture with { Embedding = row })];

    /// <summary>Pictures as a training takes them.</summary>
    public static LearningImages Images(IReadOnlyList<CnnFeatures> pictures, IReadOnlyList<float[]> teacher) =>
        new([.. pictures.Select(picture => picture.Trunk)], pictures[0].TrunkShape, teacher);
}
