using System.ComponentModel.DataAnnotations;

namespace Pipeline.Onnx;

/// <summary>How ONNX Runtime sessions are made. Section <see cref="SectionName"/>.</summary>
public sealed class OnnxOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Onnx";

    /// <summary>The wished execution provider.</summary>
    [EnumDataType(typeof(OnnxProvider))]
    public OnnxProvider Provider { get; set; } = OnnxProvider.Auto;

    /// <summary>
    /// Threads inside one operator on the CPU; 0 takes every core. One, because a worker gains more from several
    /// concurrent images than from several threads on one image.
    /// </summary>
    [Range(0, 1024)]
    public int IntraOpThreads { get; set; } = 1;

    /// <summary>The GPU's index, where one is used.</summary>
    [Range(0, 255)]
    public int DeviceId { get; set; }

    /// <summary>Upper bound of a session's GPU arena in MiB; 0 sets none.</summary>
    [Range(0, 1 << 20)]
    public int GpuMemoryLimitMb { get; set; }

    /// <summary>TensorRT's engine cache, where engines built once are found again; null keeps none.</summary>
    public string? TensorRtCacheDirectory { get; set; }

    /// <summary>TensorFloat-32 in CUDA's matrix products and convolutions: faster, but three decimal digits only.</summary>
    public bool AllowTf32 { get; set; }
}
