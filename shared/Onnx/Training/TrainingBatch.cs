using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Onnx.Training;

/// <summary>
/// A step's inputs. The arrays are read in place, so they must stay as they are until the batch is disposed of; a batch
/// may be used for many steps.
/// </summary>
public sealed class TrainingBatch : IDisposable
{
    private readonly Dictionary<string, OrtValue> _values = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, OrtValue> Values => _values;

    /// <summary>Adds floats, row-major.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape, or there is an input of the name.</exception>
    public TrainingBatch Add(string name, float[] values, params long[] shape) => Add<float>(name, values, shape);

    /// <summary>Adds integers, such as row numbers.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape, or there is an input of the name.</exception>
    public TrainingBatch Add(string name, long[] values, params long[] shape) => Add<long>(name, values, shape);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in _values.Values)
        {
            value.Dispose();
        }

        _values.Clear();
    }

    private TrainingBatch Add<T>(string name, T[] values, long[] shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Aggregate(1L, (product, size) => product * size) != values.Length)
        {
            throw new ArgumentException($"{name}: {values.Length} values do not fill the shape [{string.Join(", ", shape)}].", nameof(values));
        }

        if (_values.ContainsKey(name))
        {
            throw new ArgumentException($"The batch has an input {name}.", nameof(name));
        }

        _values[name] = OrtValue.CreateTensorValueFromMemory(values, shape);
        return this;
    }
}
