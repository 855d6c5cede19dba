using Pipeline.Contracts;
using Pipeline.Imaging;
using Pipeline.Messaging;

namespace Pipeline.Extraction;

/// <summary>Says which stable reason code an unreadable image gets, and that it is permanent: bytes do not heal.</summary>
public sealed class ImageFaultReasons : IErrorClassifier
{
    /// <summary>The reason code of a fault.</summary>
    public static string ReasonOf(ImageFault fault) => fault switch
    {
        ImageFault.Empty => RejectionReasons.EmptyFile,
        ImageFault.TooManyBytes => RejectionReasons.TooManyBytes,
        ImageFault.UnsupportedFormat => RejectionReasons.UnsupportedFormat,
        ImageFault.TooManyPixels => RejectionReasons.TooManyPixels,
        ImageFault.TooManyFrames => RejectionReasons.TooManyFrames,
        ImageFault.TooSmall => RejectionReasons.TooSmall,
        ImageFault.Corrupt => RejectionReasons.CorruptImage,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "No reason code is assigned."),
    };

    /// <inheritdoc/>
    public ErrorClass? Classify(Exception exception) => exception switch
    {
        ImageException image => new ErrorClass.Permanent(ReasonOf(image.Fault), image.Message),
        _ => null,
    };
}
