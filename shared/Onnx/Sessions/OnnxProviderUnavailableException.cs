namespace Pipeline.Onnx;

/// <summary>An execution provider was asked for by name and does not work on this host.</summary>
public sealed class OnnxProviderUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="provider">The provider asked for.</param>
    /// <param name="innerException">What ONNX Runtime said.</param>
    public OnnxProviderUnavailableException(OnnxProvider provider, Exception innerException)
        : base(
            $"Onnx:Provider is {provider}, which does not work on this host: {innerException?.Message} "
            + "Install the provider libraries of the same ONNX Runtime version, or set Onnx:Provider to Auto or Cpu.",
            innerException) => Provider = provider;

    /// <summary>The provider asked for.</summary>
    public OnnxProvider Provider { get; }
}
