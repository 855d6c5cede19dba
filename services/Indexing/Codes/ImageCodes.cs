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

    /// <summary>Whether an image that has features of the generation's model lacks its code of an encoder, and is to have one.</summary>
    public static bool Lacks(ImageRecord image, Generation generation, EncoderChoice encoder)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(generation);
        return image.Stages[Stages.Cnn].Version == generation.ModelVersion && FanIn.MissingCodes(image, generation).Contains(encoder);
    }
}
