namespace Pipeline.Hashing.Learning;

/// <summary>What takes the training steps of linear distance preserving hashing.</summary>
public enum LdphEngine
{
    /// <summary>
    /// ONNX Runtime where its sessions run on a GPU; otherwise plain C#, which is as fast on a CPU, faster at few bits,
    /// and gives the same bits on every processor.
    /// </summary>
    Auto,

    /// <summary>Plain C#.</summary>
    Plain,

    /// <summary>ONNX Runtime wherever its sessions run.</summary>
    Onnx,
}
