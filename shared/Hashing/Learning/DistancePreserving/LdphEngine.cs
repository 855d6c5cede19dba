namespace Pipeline.Hashing.Learning;

/// <summary>What takes the training steps of linear distance preserving hashing.</summary>
public enum LdphEngine
{
    /// <summary>
    /// ONNX Runtime where its sessions run on a GPU; otherwise plain C#, which is faster on a CPU (the whole recipe for 64
    /// bits and 20,000 rows on two cores: 14 s against 17) and gives the same bits on every processor.
    /// </summary>
    Auto,

    /// <summary>Plain C#.</summary>
    Plain,

    /// <summary>ONNX Runtime wherever its sessions run.</summary>
    Onnx,
}
