using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Packs comparisons into codes, in plain C# and in a model: bit i goes to byte i/8, position i%8, least significant
/// first.
/// </summary>
internal static class CodeBits
{
    /// <summary>Checks a number of bits.</summary>
    /// <exception cref="ArgumentException">It is no multiple of 8 in 8..1024.</exception>
    public static int Require(int bits) => bits is >= 8 and <= 1024 && bits % 8 == 0
        ? bits
        : throw new ArgumentException($"{bits} bits: a multiple of 8 up to 1024 is needed.", nameof(bits));

    /// <summary>Checks what <see cref="IHashFunction.Encode"/> is given.</summary>
    public static void Require(IHashFunction hash, ReadOnlySpan<float> features, Span<byte> code)
    {
        if (features.Length != hash.Dimensions || code.Length != hash.Bits / 8)
        {
            throw new ArgumentException(
                $"{hash.Dimensions} features and {hash.Bits / 8} code bytes are needed, not {features.Length} and {code.Length}.");
        }
    }

    /// <summary>Bit i of the code says whether left i is above right i.</summary>
    public static void Greater(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<byte> code)
    {
        ref double x = ref MemoryMarshal.GetReference(left[..(8 * code.Length)]);
        ref double y = ref MemoryMarshal.GetReference(right[..(8 * code.Length)]);
        for (int i = 0; i < code.Length; i++)
        {
            nuint at = (nuint)(8 * i);
            code[i] = (byte)Vector512.GreaterThan(Vector512.LoadUnsafe(ref x, at), Vector512.LoadUnsafe(ref y, at)).ExtractMostSignificantBits();
        }
    }

    /// <summary>Ends a model: packs booleans [N, bits] to its output <c>codes</c>.</summary>
    public static void Append(OnnxGraphBuilder graph, string bits, int count)
    {
        var table = new float[count * (count / 8)];
        for (int bit = 0; bit < count; bit++)
        {
            table[(bit * (count / 8)) + (bit / 8)] = 1 << (bit % 8);
        }

        string places = graph.Constant("places", table, count, count / 8);
        string ones = graph.Node("Cast", "ones", [bits], OnnxAttribute.Of("to", (long)OnnxElementType.Float));
        string packed = graph.Node("MatMul", "packed", [ones, places]);
        string codes = graph.Node("Cast", "codes", [packed], OnnxAttribute.Of("to", (long)OnnxElementType.UInt8));
        graph.Output(codes, OnnxElementType.UInt8, "N", count / 8);
    }
}
