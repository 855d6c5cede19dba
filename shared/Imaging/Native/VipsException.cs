namespace Pipeline.Imaging.Native;

/// <summary>An operation of libvips failed. The public surface turns it into an <see cref="ImageException"/>.</summary>
internal sealed class VipsException(string operation, string message)
    : Exception(message.Length == 0 ? operation + " failed" : message);
