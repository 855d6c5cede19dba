#pragma warning disable CA1720 // The members are named by the standard.
namespace Pipeline.Onnx.Graphs;

/// <summary>Tensor element types the builder writes; the values are those of the ONNX standard.</summary>
public enum OnnxElementType
{
    /// <summary>No type; never written.</summary>
    Undefined = 0,

    /// <summary>32-bit IEEE float.</summary>
    Float = 1,

    /// <summary>8-bit unsigned integer.</summary>
    UInt8 = 2,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 6,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 7,

    /// <summary>Boolean.</summary>
    Bool = 9,

    /// <summary>16-bit IEEE float.</summary>
    Float16 = 10,

    /// <summary>64-bit IEEE float.</summary>
    Double = 11,
}
