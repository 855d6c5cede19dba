namespace Pipeline.Onnx.Gguf;

/// <summary>One inverted-residual block of MobileNetV3 (Howard et al., ICCV 2019, table 2).</summary>
/// <param name="Kernel">Side of the depthwise kernel.</param>
/// <param name="Expanded">Channels inside the block.</param>
/// <param name="Output">Channels it gives.</param>
/// <param name="Squeeze">Channels of the squeeze-and-excitation bottleneck; 0 where the block has none.</param>
/// <param name="HardSwish">Hard-swish inside the block; otherwise ReLU.</param>
/// <param name="Stride">Stride of the depthwise convolution.</param>
internal sealed record MobileNetV3Block(int Kernel, int Expanded, int Output, int Squeeze, bool HardSwish, int Stride);
