using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// Training steps by ONNX Runtime, on the GPU where the sessions run there. Rows, targets, parameters and velocities stay
/// on the device; a step sends row numbers, masks and expected distances.
/// </summary>
/// <remarks>
/// Equal steps give equal parameters on one machine; another processor's or a GPU's sums may differ in the last digit.
/// </remarks>
internal sealed class OnnxTwinSteps : ITwinSteps
{
    // The sessions' first inputs: rows and targets, then parameters, then their velocities.
    private const int Targets = 1;
    private const int State = 2;
    private const int Parameters = 4;
    private static readonly string[] ImitationInputs = ["rows", "targets", .. TwinStepGraph.State, "batch", "kept", "scale"];
    private static readonly string[] DistanceInputs = [.. ImitationInputs, "expected"];
    private static readonly string[] Outputs = [.. TwinStepGraph.State.Select(name => "next_" + name)];

    private readonly TwinNetwork _network;
    private readonly double _dropout;
    private readonly DeviceTensors _device;
    private readonly InferenceSession _imitation;
    private readonly InferenceSession _distance;
    private readonly RunOptions _run = new();
    private readonly long[][] _shapes;
    private readonly OrtValue[] _now;
    private OrtValue[] _next;
    private RowCodes _targets;
    private long[] _batch = [];
    private float[] _expected = [];
    private bool[] _kept = [];

    /// <summary>Sends rows, targets and the network's parameters to the device.</summary>
    /// <param name="sessions">Makes the sessions.</param>
    /// <param name="network">The network to train.</param>
    /// <param name="inputs">All rows.</param>
    /// <param name="targets">Their codes.</param>
    /// <param name="options">The recipe.</param>
    public OnnxTwinSteps(OnnxSessionFactory sessions, TwinNetwork network, RowMatrix inputs, RowCodes targets, LdphOptions options)
    {
        (_network, _targets, _dropout) = (network, targets, options.Dropout);
        int hidden = network.Hidden.Weights.Columns;
        _shapes = TwinStepGraph.Shapes(inputs.Columns, hidden, network.Bits);
        _device = new DeviceTensors(sessions);

        // Training has the machine to itself: all cores.
        _imitation = sessions.Create(TwinStepGraph.Imitation(options, inputs.Columns, hidden, network.Bits), intraOpThreads: 0);
        _distance = sessions.Create(TwinStepGraph.Distance(options, inputs.Columns, hidden, network.Bits), intraOpThreads: 0);
        _now =
        [
            Upload(inputs),
            Upload(targets.Values),
            .. UploadParameters(),
            .. _shapes[Parameters..].Select(Zeros),
        ];
        _next = [.. _shapes.Select(shape => _device.Allocate(shape))];
    }

    /// <inheritdoc/>
    public void Imitate(ReadOnlyMemory<int> rows, RowCodes targets, ulong dropoutSeed)
    {
        Resize(rows.Length);
        for (int i = 0; i < _batch.Length; i++)
        {
            _batch[i] = rows.Span[i];
        }

        Run(_imitation, ImitationInputs, targets, dropoutSeed);
    }

    /// <inheritdoc/>
    public void Preserve(ReadOnlyMemory<RowPair> pairs, DistanceTerm fit, RowCodes targets, ulong dropoutSeed)
    {
        Resize(2 * pairs.Length);
        ReadOnlySpan<RowPair> some = pairs.Span;
        for (int i = 0; i < some.Length; i++)
        {
            (_batch[2 * i], _batch[(2 * i) + 1]) = (some[i].First, some[i].Second);
            _expected[2 * i] = _expected[(2 * i) + 1] = (float)((fit.A * some[i].Distance) + fit.B);
        }

        Run(_distance, DistanceInputs, targets, dropoutSeed);
    }

    /// <inheritdoc/>
    public void Rest()
    {
        for (int i = Parameters; i < _shapes.Length; i++)
        {
            _now[State + i].Dispose();
            _now[State + i] = Zeros(_shapes[i]);
        }
    }

    /// <inheritdoc/>
    public void Reload()
    {
        OrtValue[] parameters = UploadParameters();
        for (int i = 0; i < Parameters; i++)
        {
            _now[State + i].Dispose();
            _now[State + i] = parameters[i];
        }

        Rest();
    }

    /// <inheritdoc/>
    public void Publish()
    {
        Download(0, _network.Hidden.Weights);
        _device.Download(_now[State + 1], _shapes[1]).CopyTo(_network.Hidden.Biases, 0);
        Download(2, _network.Output.Weights);
        _device.Download(_now[State + 3], _shapes[3]).CopyTo(_network.Output.Biases, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in (IEnumerable<OrtValue>)[.. _now, .. _next])
        {
            value.Dispose();
        }

        _imitation.Dispose();
        _distance.Dispose();
        _device.Dispose();
        _run.Dispose();
    }

    private void Run(InferenceSession session, string[] names, RowCodes targets, ulong dropoutSeed)
    {
        if (targets != _targets)
        {
            _now[Targets].Dispose();
            _now[Targets] = Upload(targets.Values);
            _targets = targets;
        }

        int hidden = _network.Hidden.Weights.Columns;
        _network.KeptUnits(_kept, _batch.Length, dropoutSeed);
        using OrtValue batch = OrtValue.CreateTensorValueFromMemory(_batch, [_batch.Length]);
        using OrtValue kept = OrtValue.CreateTensorValueFromMemory(_kept, [_batch.Length, hidden]);
        using OrtValue scale = OrtValue.CreateTensorValueFromMemory([1f / _batch.Length], [1]);
        using OrtValue expected = OrtValue.CreateTensorValueFromMemory(_expected, [_batch.Length, 1]);
        OrtValue[] inputs = session == _distance ? [.. _now, batch, kept, scale, expected] : [.. _now, batch, kept, scale];
        session.Run(_run, names, inputs, Outputs, _next);
        OrtValue[] before = _now[State..];
        _next.CopyTo(_now, State);
        _next = before;
    }

    private void Resize(int rows)
    {
        if (_batch.Length != rows)
        {
            (_batch, _expected, _kept) = (new long[rows], new float[rows], new bool[rows * _network.Hidden.Weights.Columns]);
        }
    }

    private OrtValue[] UploadParameters()
    {
        int hidden = _network.Hidden.Weights.Columns;
        return
        [
            Upload(_network.Hidden.Weights),
            _device.Upload(_network.Hidden.Biases[..hidden], hidden),
            Upload(_network.Output.Weights),
            _device.Upload(_network.Output.Biases[.._network.Bits], _network.Bits),
        ];
    }

    private OrtValue Zeros(long[] shape) => _device.Upload(new float[shape.Aggregate(1L, (product, size) => product * size)], shape);

    private OrtValue Upload(RowMatrix matrix)
    {
        var values = new float[matrix.Rows * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            matrix[row].CopyTo(values.AsSpan(row * matrix.Columns));
        }

        return _device.Upload(values, matrix.Rows, matrix.Columns);
    }

    private void Download(int state, RowMatrix matrix)
    {
        ReadOnlySpan<float> values = _device.Download(_now[State + state], _shapes[state]);
        for (int row = 0; row < matrix.Rows; row++)
        {
            values.Slice(row * matrix.Columns, matrix.Columns).CopyTo(matrix[row]);
        }
    }
}
