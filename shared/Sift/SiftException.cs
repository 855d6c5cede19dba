namespace Pipeline.Sift;

/// <summary>OpenCV failed; on valid arguments only for want of memory.</summary>
/// <param name="message">What OpenCV said.</param>
public sealed class SiftException(string message) : Exception(message);
