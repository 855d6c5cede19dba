using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Onnx;

namespace Pipeline.Hashing;

/// <summary>
/// Runs a hash encoder, an ONNX model <c>features</c> float [N, d] → <c>codes</c> uint8 [N, bits/8]. Safe for
/// concurrent calls.
/// </summary>
public sealed class HashEncoder : IDisposable
{
    private static readonly string[] Inputs = ["features"];
    private static readonly string[] Outputs = ["codes"];
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <summary>Opens the encoder.</summary>
    /// <param name="onnxModel">The serialised model.</param>
    /// <param name="sessions">Makes the session.</param>
    /// <exception cref="InvalidDataException">The model is damaged, or is no hash encoder.</exception>
    public HashEncoder(ReadOnlyMemory<byte> onnxModel, OnnxSessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        Version = ModelFiles.Version("hash", onnxModel.Span);
        _session = sessions.Create(onnxModel);
        try
        {
            Dimensions = Width(_session.InputMetadata, Inputs[0], typeof(float));
            Bits = 8 * Width(_session.OutputMetadata, Outputs[0], typeof(byte));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary><c>hash-</c> and the first 12 hexadecimal digits of the model's SHA-256.</summary>
    public string Version { get; }

    /// <summary>Length d of the features.</summary>
    public int Dimensions { get; }

    /// <summary>Length of the codes in bits.</summary>
    public int Bits { get; }

    /// <summary>Encodes a batch in one run.</summary>
    /// <param name="features">Row-major [n, d], finite.</param>
    /// <param name="n">Number of rows; 0 gives no codes.</param>
    /// <returns>n·bits/8 bytes, one code after the other; bit i of a code is in byte i/8, position i%8, least significant first.</returns>
    /// <exception cref="ArgumentException">The features do not fill n rows.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite.</exception>
    public unsafe byte[] Encode(ReadOnlySpan<float> features, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        if (features.Length != (long)n * Dimensions)
        {
            throw new ArgumentException($"{features.Length} values are not {n} features of {Dimensions}.", nameof(features));
        }

        if (n == 0)
        {
            return [];
        }

        if (!TensorPrimitives.IsFiniteAll(features))
        {
            throw new InvalidDataException("A feature to be encoded is not finite.");
        }

        var codes = new byte[n * (Bits / 8)];
        fixed (float* data = features)
        {
            using OrtValue input = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [n, Dimensions], (nint)data, (long)features.Length * sizeof(float));
            using OrtValue output = OrtValue.CreateTensorValueFromMemory(codes, [n, Bits / 8]);
            _session.Run(_run, Inputs, [input], Outputs, [output]);
        }

        return codes;
    }

    /// <summary>Closes the session.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private static int Width(IReadOnlyDictionary<string, NodeMetadata> values, string name, Type type)
    {
        bool fits = values.Count == 1 && values.TryGetValue(name, out NodeMetadata? value)
            && value.ElementType == type && value.Dimensions is [-1, > 0];
        return fits
            ? values[name].Dimensions[1]
            : throw new InvalidDataException(
                $"A hash encoder has one value {name} of {type.Name} [N, width]; this model has "
                + string.Join(", ", values.Select(v => $"{v.Key} of {v.Value.ElementType?.Name} [{string.Join(", ", v.Value.Dimensions)}]")) + ".");
    }
}
