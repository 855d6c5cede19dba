using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Onnx;

/// <summary>
/// The trainable tail of the network: an ONNX model <c>trunk</c> float [N, …] → <c>embedding</c> float [N, D] or [N, D, 1, 1], which turns the
/// stored trunk activations of images into embeddings without a look at the images. Safe for concurrent calls.
/// </summary>
public sealed class CnnHead : IDisposable
{
    /// <summary>Images in one inference: more gain nothing on the CPU and cost memory.</summary>
    public const int MaxBatch = 64;

    /// <summary>Name of its input.</summary>
    public const string Input = "trunk";

    private static readonly string[] Inputs = [Input];
    private static readonly string[] Outputs = ["embedding"];
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly long[] _trunkShape;

    /// <summary>Opens the head.</summary>
    /// <param name="onnxModel">The serialised model.</param>
    /// <param name="sessions">Makes the session.</param>
    /// <exception cref="InvalidDataException">The model is damaged, or is no head.</exception>
    public CnnHead(ReadOnlyMemory<byte> onnxModel, OnnxSessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        Version = ModelFiles.Version("head", onnxModel.Span);
        _session = sessions.Create(onnxModel);
        try
        {
            if (_session.InputMetadata.Count != 1 || !_session.InputMetadata.TryGetValue(Inputs[0], out NodeMetadata? trunk)
                || trunk.ElementType != typeof(float) || trunk.Dimensions.Length < 2 || trunk.Dimensions[0] != -1 || trunk.Dimensions[1..].Any(size => size < 1)
                || !_session.OutputMetadata.TryGetValue(Outputs[0], out NodeMetadata? embedding)
                || embedding.ElementType != typeof(float) || embedding.Dimensions is not ([_, > 0] or [_, > 0, 1, 1]))
            {
                throw new InvalidDataException(
                    $"A head takes trunk of Single [N, …] and gives embedding of Single [N, D]; this model has {Describe(_session.InputMetadata)} and {Describe(_session.OutputMetadata)}.");
            }

            _trunkShape = [.. trunk.Dimensions.Skip(1).Select(size => (long)size)];
            TrunkLength = checked((int)_trunkShape.Aggregate(1L, (product, size) => product * size));
            Dimensions = embedding.Dimensions[1];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary><c>head-</c> and the first 12 hexadecimal digits of the model's SHA-256.</summary>
    public string Version { get; }

    /// <summary>Values of one trunk activation.</summary>
    public int TrunkLength { get; }

    /// <summary>Length D of the embedding.</summary>
    public int Dimensions { get; }

    /// <summary>Embeds trunk activations, <see cref="MaxBatch"/> in one inference.</summary>
    /// <param name="trunks">Each of <see cref="TrunkLength"/> values, row-major.</param>
    /// <returns>
    /// For each its L2-normalised embedding; null where the head gives zero, which has no direction to compare, or values that are not finite.
    /// </returns>
    /// <exception cref="ArgumentException">A trunk activation has another length.</exception>
    public float[]?[] Embed(IReadOnlyList<ReadOnlyMemory<Half>> trunks)
    {
        ArgumentNullException.ThrowIfNull(trunks);
        var embeddings = new float[]?[trunks.Count];
        float[] values = ArrayPool<float>.Shared.Rent(Math.Min(MaxBatch, trunks.Count) * TrunkLength);
        try
        {
            for (int first = 0; first < trunks.Count; first += MaxBatch)
            {
                int count = Math.Min(MaxBatch, trunks.Count - first);
                for (int i = 0; i < count; i++)
                {
                    if (trunks[first + i].Length != TrunkLength)
                    {
                        throw new ArgumentException($"A trunk activation of {trunks[first + i].Length} values, {Version} takes {TrunkLength}.", nameof(trunks));
                    }

                    TensorPrimitives.ConvertToSingle(trunks[first + i].Span, values.AsSpan(i * TrunkLength, TrunkLength));
                }

                Run(values.AsMemory(0, count * TrunkLength), count, embeddings.AsSpan(first, count));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(values);
        }

        return embeddings;
    }

    /// <summary>Closes the session.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private void Run(Memory<float> trunks, int count, Span<float[]?> embeddings)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, trunks, [count, .. _trunkShape]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, Inputs, [input], Outputs);
        ReadOnlySpan<float> rows = outputs[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < count; i++)
        {
            float[] row = rows.Slice(i * Dimensions, Dimensions).ToArray();
            bool hasDirection = TensorPrimitives.IsFiniteAll<float>(row) && row.AsSpan().ContainsAnyExcept(0f);
            if (hasDirection)
            {
                CnnFeatures.Normalise(row);
            }

            embeddings[i] = hasDirection ? row : null;
        }
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
        string.Join(", ", values.Select(value => $"{value.Key} of {value.Value.ElementType?.Name} [{string.Join(", ", value.Value.Dimensions)}]"));
}
