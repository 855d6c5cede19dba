namespace Pipeline.Onnx;

/// <summary>The execution provider a session runs on.</summary>
public enum OnnxProvider
{
    /// <summary>CUDA where it works, otherwise the CPU, said once in the log.</summary>
    Auto,

    /// <summary>CUDA, or an error at start.</summary>
    Cuda,

    /// <summary>TensorRT with CUDA for what it cannot run, or an error at start.</summary>
    TensorRt,

    /// <summary>The CPU.</summary>
    Cpu,
}
