using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx;

/// <summary>
/// Float tensors that stay where sessions compute, on the GPU or in this process, so that one run's outputs are the
/// next one's inputs without a copy. Dispose of the tensors first.
/// </summary>
public sealed class DeviceTensors : IDisposable
{
    private static readonly string[] Input = ["from"];
    private static readonly string[] Output = ["to"];
    private readonly InferenceSession _copy;
    private readonly OrtMemoryInfo _memory;
    private readonly OrtAllocator _allocator;
    private readonly RunOptions _run = new();

    /// <summary>Opens the device of the factory's sessions.</summary>
    public DeviceTensors(OnnxSessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);

        // A session copies between memories whatever it is given in one and shall leave in the other.
        var graph = new OnnxGraphBuilder("copy");
        string from = graph.InputOfAnyShape(Input[0], OnnxElementType.Float);
        graph.OutputOfAnyShape(graph.Node("Identity", Output[0], [from]), OnnxElementType.Float);
        _copy = sessions.Create(graph.Build());
        _memory = sessions.DeviceMemory();
        _allocator = new OrtAllocator(_copy, _memory);
    }

    /// <summary>A tensor on the device; its contents are undefined.</summary>
    public OrtValue Allocate(params long[] shape) => OrtValue.CreateAllocatedTensorValue(_allocator, TensorElementType.Float, shape);

    /// <summary>A copy on the device.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">As many as there are values.</param>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public OrtValue Upload(float[] values, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (Count(shape) != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill the shape [{string.Join(", ", shape)}].", nameof(values));
        }

        OrtValue tensor = Allocate(shape);
        using OrtValue from = OrtValue.CreateTensorValueFromMemory(values, shape);
        _copy.Run(_run, Input, [from], Output, [tensor]);
        return tensor;
    }

    /// <summary>Copies a tensor from the device.</summary>
    /// <param name="tensor">One that <see cref="Allocate"/> or <see cref="Upload"/> made.</param>
    /// <param name="shape">Its shape.</param>
    public float[] Download(OrtValue tensor, params long[] shape)
    {
        var values = new float[Count(shape)];
        using OrtValue to = OrtValue.CreateTensorValueFromMemory(values, shape);
        _copy.Run(_run, Input, [tensor], Output, [to]);
        return values;
    }

    /// <summary>Closes the device.</summary>
    public void Dispose()
    {
        _allocator.Dispose();
        _memory.Dispose();
        _copy.Dispose();
        _run.Dispose();
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);
}
