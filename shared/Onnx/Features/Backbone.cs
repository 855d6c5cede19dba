using System.Buffers;
using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx;

/// <summary>
/// The convolutional network as a feature extractor: RGB pixels in, <see cref="CnnFeatures"/> out. One per process;
/// <see cref="Extract"/> may be called from several threads at once.
/// </summary>
public sealed class Backbone : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly PixelNormalisation _normalisation;
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    /// <summary>Opens the model.</summary>
    /// <param name="onnxModel">A serialised ONNX model; see <see cref="BackboneArtifact.Load"/>.</param>
    /// <param name="options">Names, input size and channel statistics.</param>
    /// <param name="sessions">Makes the session.</param>
    /// <exception cref="InvalidDataException">The model is damaged, or does not have the inputs and outputs named.</exception>
    public Backbone(ReadOnlyMemory<byte> onnxModel, BackboneOptions options, OnnxSessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sessions);
        IReadOnlyList<float> mean = options.Mean ?? BackboneOptions.ImageNetMean;
        IReadOnlyList<float> deviation = options.Std ?? BackboneOptions.ImageNetDeviation;
        _normalisation = new PixelNormalisation(mean, deviation);
        _inputs = [options.InputName];
        _outputs = options.TrunkOutput is { Length: > 0 } trunk ? [options.EmbeddingOutput, trunk] : [options.EmbeddingOutput];
        InputSize = options.InputSize;
        Version = VersionOf(onnxModel.Span, options);
        _session = sessions.Create(OnnxGraphEditor.WithOutputs(onnxModel, _outputs));
        try
        {
            bool onGpu = sessions.ActiveProvider != OnnxProvider.Cpu;
            int wished = options.MaxBatch > 0 ? options.MaxBatch : onGpu ? 32 : 1;
            MaxBatch = CheckInput(options.InputName) ? wished : 1;
            Concurrency = options.Concurrency > 0 ? options.Concurrency : onGpu ? 2 : Environment.ProcessorCount;
            CheckTrunk();
            Dimensions = CheckEmbedding(options.EmbeddingOutput);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// <c>cnn-</c> and the first 12 hexadecimal digits of the model's SHA-256; where preparation of pixels or the
    /// outputs differ from the defaults, of a SHA-256 over the model's and those settings, since features then differ too.
    /// </summary>
    public string Version { get; }

    /// <summary>Side of the square input in pixels.</summary>
    public int InputSize { get; }

    /// <summary>Length of the embedding.</summary>
    public int Dimensions { get; }

    /// <summary>Most images in one inference.</summary>
    public int MaxBatch { get; }

    /// <summary>Inferences that pay off side by side.</summary>
    public int Concurrency { get; }

    /// <summary>Bytes of one image: 3·InputSize².</summary>
    public int ImageBytes => 3 * InputSize * InputSize;

    /// <summary>Runs one inference on a black image, so that the first real one meets a warm session.</summary>
    public void WarmUp() => Extract([new byte[ImageBytes]]);

    /// <summary>Extracts the features of a batch in one inference.</summary>
    /// <param name="images">At most <see cref="MaxBatch"/> images of <see cref="ImageBytes"/> bytes: interleaved RGB, row-major.</param>
    /// <exception cref="ArgumentException">The batch is empty or too large, or an image has another size.</exception>
    /// <exception cref="InvalidDataException">The network gave values that are not finite.</exception>
    public CnnFeatures[] Extract(IReadOnlyList<ReadOnlyMemory<byte>> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || images.Count > MaxBatch)
        {
            throw new ArgumentException($"A batch holds 1 to {MaxBatch} images, not {images.Count}.", nameof(images));
        }

        int imageFloats = ImageBytes;
        float[] pixels = ArrayPool<float>.Shared.Rent(images.Count * imageFloats);
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                if (images[i].Length != imageFloats)
                {
                    throw new ArgumentException($"An image of {images[i].Length} bytes, {imageFloats} were expected.", nameof(images));
                }

                _normalisation.Apply(images[i].Span, pixels.AsSpan(i * imageFloats, imageFloats));
            }

            return Run(pixels.AsMemory(0, images.Count * imageFloats), images.Count);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(pixels);
        }
    }

    /// <summary>Closes the session.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private CnnFeatures[] Run(Memory<float> pixels, int count)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, pixels, [count, 3, InputSize, InputSize]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, _inputs, [input], _outputs);
        ReadOnlySpan<float> embeddings = outputs[0].GetTensorDataAsSpan<float>();
        int dimensions = embeddings.Length / count;
        Span<float> trunks = [];
        int[] trunkShape = [];
        if (outputs.Count > 1)
        {
            trunks = outputs[1].GetTensorMutableDataAsSpan<float>();
            // Half precision ends at 65504; an infinity would poison whatever is trained on it.
            TensorPrimitives.Clamp(trunks, (float)Half.MinValue, (float)Half.MaxValue, trunks);
            trunkShape = [.. outputs[1].GetTensorTypeAndShape().Shape.Skip(1).Select(size => checked((int)size))];
        }

        int trunkLength = trunks.Length / count;
        var features = new CnnFeatures[count];
        for (int i = 0; i < count; i++)
        {
            float[] embedding = embeddings.Slice(i * dimensions, dimensions).ToArray();
            CnnFeatures.Normalise(embedding);
            var trunk = new Half[trunkLength];
            TensorPrimitives.ConvertToHalf(trunks.Slice(i * trunkLength, trunkLength), trunk);
            features[i] = new CnnFeatures(embedding, trunk, trunkShape);
        }

        return features;
    }

    /// <summary>Checks the input; true where the batch is free.</summary>
    private bool CheckInput(string name)
    {
        if (_session.InputMetadata.Count != 1 || !_session.InputMetadata.TryGetValue(name, out NodeMetadata? input))
        {
            throw new InvalidDataException(
                $"The backbone must have the one input {name}; it has {string.Join(", ", _session.InputMetadata.Keys)}.");
        }

        int[] shape = input.Dimensions;
        bool fits = input.ElementType == typeof(float) && shape.Length == 4 && shape[0] is -1 or 1 && shape[1] is -1 or 3
            && Matches(shape[2]) && Matches(shape[3]);
        return fits
            ? shape[0] == -1
            : throw new InvalidDataException(
                $"The backbone's input {name} is {input.ElementType.Name} [{string.Join(", ", shape)}]; Single [N, 3, {InputSize}, {InputSize}] is needed.");

        bool Matches(int side) => side == -1 || side == InputSize;
    }

    private void CheckTrunk()
    {
        foreach (string name in _outputs.Skip(1))
        {
            NodeMetadata output = _session.OutputMetadata[name];
            if (output.ElementType != typeof(float) || output.Dimensions.Length < 2)
            {
                throw new InvalidDataException(
                    $"The backbone's trunk {name} is {output.ElementType.Name} [{string.Join(", ", output.Dimensions)}]; Single [N, …] is needed.");
            }
        }
    }

    private int CheckEmbedding(string name)
    {
        NodeMetadata output = _session.OutputMetadata[name];
        int[] shape = output.Dimensions;
        bool vector = shape.Length == 2 || (shape.Length == 4 && shape[2] == 1 && shape[3] == 1);
        if (output.ElementType != typeof(float) || !vector)
        {
            throw new InvalidDataException(
                $"The backbone's output {name} is {output.ElementType.Name} [{string.Join(", ", shape)}]; Single [N, D] or [N, D, 1, 1] is needed.");
        }

        // A model may leave the length open; one inference tells it.
        return shape[1] > 0 ? shape[1] : Extract([new byte[ImageBytes]])[0].Embedding.Length;
    }

    /// <summary>The version that a backbone of this model and these options has, without opening it.</summary>
    public static string VersionOf(ReadOnlySpan<byte> model, BackboneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string Describe(int size, IEnumerable<float> means, IEnumerable<float> deviations, string embedding, string? trunk) =>
            FormattableString.Invariant($"{size};{string.Join(' ', means)};{string.Join(' ', deviations)};{embedding};{trunk}");

        var defaults = new BackboneOptions();
        string settings = Describe(
            options.InputSize,
            options.Mean ?? BackboneOptions.ImageNetMean,
            options.Std ?? BackboneOptions.ImageNetDeviation,
            options.EmbeddingOutput,
            options.TrunkOutput);
        bool isDefault = settings == Describe(
            defaults.InputSize,
            BackboneOptions.ImageNetMean,
            BackboneOptions.ImageNetDeviation,
            defaults.EmbeddingOutput,
            defaults.TrunkOutput);
        return isDefault
            ? ModelFiles.Version("cnn", model)
            : ModelFiles.Version("cnn", Encoding.UTF8.GetBytes(ModelFiles.Sha256(model) + ";" + settings));
    }
}
