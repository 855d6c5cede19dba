using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;

namespace Pipeline.Indexing.Codes;

/// <summary>What an image's record says of its binary codes.</summary>
public static class ImageCodes
{
    /// <summary>The command to make an image's code of an encoder.</summary>
    /// <param name="image">The image.</param>
    /// <param name="modelVersion">The model artifact of its features.</param>
    /// <param name="encoderVersion">The encoder.</param>
    public static EncodeImage Command(EventHeader image, string modelVersion, string encoderVersion) =>
        new EncodeImage
        {
            Collection = image.Collection,
            ImageId = image.ImageId,
            FeatureKey = BlobKeys.Cnn(image.Collection, image.ImageId, image.Incarnation, modelVersion),
            ModelVersion = modelVersion,
            EncoderVersion = encoderVersion,
        }.About(image);

    /// <summary>Whether an image lacks a code that it is to have.</summary>
    /// <param name="image">The image.</param>
    /// <param name="generation">The generation that serves.</param>
    /// <param name="stage">The stage of the code.</param>
    public static bool Lacks(ImageRecord image, Generation generation, string stage) =>
        FanIn.MissingCodes(image, generation).Any(target => target.Stage == stage);

    /// <summary>Whether the image is about to be noted as indexed, or its point is about to be written anew.</summary>
    public static bool IsBeingWritten(ImageRecord image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Status == ImageStatus.Indexed && image.IndexedRevision != image.PayloadRevision;
    }
}
