using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Makes the events that the stages published about an image once more, from what its record knows.</summary>
internal static class StageEvents
{
    public static SiftExtracted Sift(ImageRecord image) => new()
    {
        Collection = image.Collection,
        ImageId = image.ImageId,
        Incarnation = image.Incarnation,
        FeatureKey = image.Stages[Stages.Sift].FeatureKey!,
        SiftVersion = image.Stages[Stages.Sift].Version!,
        Keypoints = 1,
    };

    public static CnnExtracted Cnn(ImageRecord image) => new()
    {
        Collection = image.Collection,
        ImageId = image.ImageId,
        Incarnation = image.Incarnation,
        FeatureKey = image.Stages[Stages.Cnn].FeatureKey!,
        ModelVersion = image.Stages[Stages.Cnn].Version!,
        Dimensions = 1,
    };

    public static HashEncoded Hash(ImageRecord image) => new()
    {
        Collection = image.Collection,
        ImageId = image.ImageId,
        Incarnation = image.Incarnation,
        Code = image.Stages[Stages.Hash].Code!,
        Bits = image.Stages[Stages.Hash].Code!.Length * 8,
        EncoderVersion = image.Stages[Stages.Hash].Version!,
        ModelVersion = image.Stages[Stages.Cnn].Version!,
    };

    public static ImageRejected Rejected(ImageRecord image, string stage) => new()
    {
        Collection = image.Collection,
        ImageId = image.ImageId,
        Incarnation = image.Incarnation,
        Stage = stage,
        Reason = RejectionReasons.CorruptImage,
    };
}
