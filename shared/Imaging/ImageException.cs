namespace Pipeline.Imaging;

/// <summary>An image was refused, for good.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">The stable reason.</param>
    /// <param name="message">What exactly was wrong, for a human.</param>
    /// <param name="inner">What the decoder said.</param>
    public ImageException(ImageFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>The stable reason.</summary>
    public ImageFault Fault { get; }
}
