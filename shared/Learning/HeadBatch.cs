using System.Numerics.Tensors;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Losses;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning;

/// <summary>
/// A training's inputs, step after step in the same arrays: all batches are of one size, and new ones would be on the large object heap, which a
/// collection every few steps would clear. Where a batch is all images, only what is drawn anew for each step is written again.
/// </summary>
internal sealed class HeadBatch : IDisposable
{
    private readonly LearningImages _images;
    private readonly EvidenceGraph _evidence;
    private readonly FeatureDrift[] _earlier;
    private readonly int _seed;
    private readonly float[] _trunks;
    private readonly float[] _teacher;
    private readonly float[] _positive;
    private readonly float[] _negative;
    private readonly float[]? _specialist;
    private readonly float[]? _synthesised;
    private readonly float[][] _estimates;
    private readonly TrainingBatch _inputs = new();
    private readonly EvidenceBatches _batches;
    private bool _isFilled;

    /// <summary>Prepares the arrays.</summary>
    /// <param name="images">The images.</param>
    /// <param name="evidence">What belongs together among them.</param>
    /// <param name="batches">Which of them a step is taken on.</param>
    /// <param name="prototypes">What is remembered of classes, rows of length 1; none if nothing is.</param>
    /// <param name="teachesSpecialist">Whether the second teacher's features are an input.</param>
    /// <param name="earlier">The drift of each update before, the latest first, whose models are estimated.</param>
    /// <param name="seed">What estimates are drawn with.</param>
    public HeadBatch(
        LearningImages images, EvidenceGraph evidence, EvidenceBatches batches, float[][] prototypes, bool teachesSpecialist, FeatureDrift[] earlier, int seed)
    {
        (_images, _evidence, _batches, _earlier, _seed) = (images, evidence, batches, earlier, seed);
        var (count, dimensions) = (batches.Size, images.Dimensions);
        _trunks = Input(UpdateLoss.Trunk, [count, .. images.TrunkShape.Select(size => (long)size)]);
        _teacher = Input(UpdateLoss.Teacher, count, dimensions);
        _positive = Input(UpdateLoss.Positive, count, count);
        _negative = Input(UpdateLoss.Negative, count, count);
        _specialist = teachesSpecialist ? Input(UpdateLoss.Specialist, count, dimensions) : null;
        _synthesised = images.Synthesised > 0 ? Input(UpdateLoss.Synthesised, count, 1) : null;
        _estimates = [.. Enumerable.Range(1, earlier.Length).Select(model => Input(UpdateLoss.Earlier(model), count, dimensions))];
        if (prototypes.Length > 0)
        {
            _inputs.Add(UpdateLoss.Prototypes, [.. prototypes.SelectMany(row => row)], prototypes.Length, dimensions);
        }
    }

    /// <summary>The inputs of a step. They hold until the next call.</summary>
    /// <param name="step">0 for the first.</param>
    public TrainingBatch At(int step)
    {
        if (!_isFilled || _batches.Size < _images.Count)
        {
            var places = _batches.At(step);
            WriteImages(places);
            WritePairs(places);
            _isFilled = true;
        }

        for (var model = 1; model <= _earlier.Length; model++)
        {
            Estimate(model, step);
        }

        return _inputs;
    }

    /// <inheritdoc/>
    public void Dispose() => _inputs.Dispose();

    private void WriteImages(int[] places)
    {
        var (length, dimensions) = (_images.TrunkLength, _images.Dimensions);
        var real = _images.Count - _images.Synthesised;
        for (var i = 0; i < places.Length; i++)
        {
            var place = places[i];
            TensorPrimitives.ConvertToSingle(_images.Trunks[place].Span, _trunks.AsSpan(i * length));
            _images.Teacher[place].CopyTo(_teacher.AsSpan(i * dimensions));
            if (_specialist is not null)
            {
                _images.Specialist![place].CopyTo(_specialist.AsSpan(i * dimensions));
            }

            // Whose feature the student is to give: where an input is synthesised the first teacher's, and else the second one's.
            if (_synthesised is not null)
            {
                _synthesised[i] = place < real ? 0 : 1;
            }
        }
    }

    private void WritePairs(int[] places)
    {
        var count = places.Length;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                _positive[(i * count) + j] = _evidence.IsPair(places[i], places[j]) ? 1 : 0;
                _negative[(i * count) + j] = _evidence.Subject(places[i]) == _evidence.Subject(places[j]) ? 0 : 1;
            }
        }
    }

    /// <summary>Each drift on top of those after it.</summary>
    private void Estimate(int model, int step)
    {
        var random = new Random(unchecked((_seed * 1_000_003) + (step * 31) + model));
        var rows = _estimates[model - 1];
        _teacher.CopyTo(rows, 0);
        for (var at = 0; at < rows.Length; at += _images.Dimensions)
        {
            var row = rows.AsSpan(at, _images.Dimensions);
            foreach (var drift in _earlier.AsSpan(0, model))
            {
                drift.Estimate(row, random, row);
            }
        }
    }

    private float[] Input(string name, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => checked(product * size))];
        _inputs.Add(name, values, shape);
        return values;
    }
}
