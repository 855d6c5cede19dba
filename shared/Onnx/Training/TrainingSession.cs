using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>
/// Takes training steps. Parameters and the optimiser's vectors stay on the device: a step writes them into a second set
/// of tensors, and the sets change places only when everything in the new one is finite.
/// </summary>
/// <remarks>
/// Not safe for concurrent use. Equal steps give equal bits on one machine; another processor's or a GPU's sums may
/// differ in the last digit.
/// </remarks>
public sealed class TrainingSession : IDisposable
{
    private readonly TrainingModel _model;
    private readonly DeviceTensors _device;
    private readonly InferenceSession _session;
    private readonly Lazy<InferenceSession> _losses;
    private readonly RunOptions _run = new();
    private readonly string[] _stateInputs;
    private readonly string[] _outputs;
    private readonly float[] _rate = new float[1];
    private readonly float[][] _reports;
    private readonly OrtValue[] _reported;
    private OrtValue[] _now = [];
    private OrtValue[] _next = [];

    /// <summary>Opens the session with the parameters as the graph was given them.</summary>
    /// <param name="sessions">Makes the session, on the provider of its options.</param>
    /// <param name="model">The step.</param>
    /// <param name="intraOpThreads">Threads inside one operator on the CPU; 0 takes every core, since training has the machine to itself.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime does not accept the model.</exception>
    public TrainingSession(OnnxSessionFactory sessions, TrainingModel model, int intraOpThreads = 0)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        int moments = model.Optimiser.Moments;
        _stateInputs = [TrainingModel.State, .. Enumerable.Range(0, moments).Select(TrainingModel.Moment)];
        string[] reports = [.. model.Losses.Select(TrainingModel.Reported), TrainingModel.Probe];
        _outputs = [TrainingModel.NextState, .. Enumerable.Range(0, moments).Select(TrainingModel.NextMoment), .. reports];
        _session = sessions.Create(model.Model, intraOpThreads);
        _losses = new Lazy<InferenceSession>(() => sessions.Create(
            OnnxGraphEditor.Extract(model.Model, [TrainingModel.State, .. _session.InputNames.Where(IsBatch)], [.. EvaluatedOutputs()]),
            intraOpThreads));
        _device = new DeviceTensors(sessions);
        _reports = [.. reports.Select(_ => new float[1])];
        _reported = [.. _reports.Select(report => OrtValue.CreateTensorValueFromMemory(report, [1]))];
        var initial = new float[model.Length];
        int at = 0;
        foreach (TrainingParameter parameter in model.Parameters)
        {
            parameter.Initial.Span.CopyTo(initial.AsSpan(at));
            at += parameter.Length;
        }

        Load([initial, .. Enumerable.Range(0, moments).Select(_ => new float[model.Length])], 0);
    }

    /// <summary>Steps taken since the parameters' beginning, those before a checkpoint included.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes one step.</summary>
    /// <param name="batch">Every input that the graph was given, and no other.</param>
    /// <param name="learningRate">η, finite and not negative.</param>
    /// <returns>What the graph reports, the values before the step.</returns>
    /// <exception cref="NotFiniteLossException">A loss or a new parameter is not finite; the step is not taken.</exception>
    /// <exception cref="ArgumentException">An input is missing or unknown, or of another type or shape.</exception>
    public IReadOnlyDictionary<string, float> Step(TrainingBatch batch, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!double.IsFinite(learningRate) || learningRate < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "A learning rate is finite and not negative.");
        }

        _rate[0] = (float)learningRate;
        using OrtValue rate = OrtValue.CreateTensorValueFromMemory(_rate, [1]);
        IReadOnlyList<float> factorValues = _model.Optimiser.FactorsAt(Steps + 1);
        OrtValue[] factors = [.. factorValues.Select(value => OrtValue.CreateTensorValueFromMemory([value], [1]))];
        try
        {
            List<string> names = [.. _stateInputs, TrainingModel.Rate, .. _model.Optimiser.Factors, .. batch.Values.Keys];
            List<OrtValue> values = [.. _now, rate, .. factors, .. batch.Values.Values];
            Run(_session, names, values, _outputs, [.. _next, .. _reported]);
        }
        finally
        {
            foreach (OrtValue factor in factors)
            {
                factor.Dispose();
            }
        }

        for (int i = 0; i < _reports.Length; i++)
        {
            if (!float.IsFinite(_reports[i][0]))
            {
                throw new NotFiniteLossException(i < _model.Losses.Count ? _model.Losses[i] : "parameters", Steps + 1);
            }
        }

        (_now, _next) = (_next, _now);
        Steps++;
        return Reports(_model.Losses, i => _reports[i][0]);
    }

    /// <summary>Computes what the graph reports, but for the gradient's norm, and moves nothing.</summary>
    /// <param name="batch">As for <see cref="Step"/>.</param>
    /// <exception cref="ArgumentException">An input is missing or unknown, or of another type or shape.</exception>
    public IReadOnlyDictionary<string, float> Evaluate(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        string[] outputs = [.. EvaluatedOutputs()];
        float[][] values = [.. outputs.Select(_ => new float[1])];
        OrtValue[] results = [.. values.Select(value => OrtValue.CreateTensorValueFromMemory(value, [1]))];
        try
        {
            Run(_losses.Value, [TrainingModel.State, .. batch.Values.Keys], [_now[0], .. batch.Values.Values], outputs, results);
        }
        finally
        {
            foreach (OrtValue result in results)
            {
                result.Dispose();
            }
        }

        return Reports([.. EvaluatedLosses()], i => values[i][0]);
    }

    /// <summary>The parameters as they are now, row-major, by their names in the training graph.</summary>
    public IReadOnlyDictionary<string, float[]> Download()
    {
        float[] all = _device.Download(_now[0], _model.Length);
        Dictionary<string, float[]> parameters = [];
        int at = 0;
        foreach (TrainingParameter parameter in _model.Parameters)
        {
            parameters[parameter.Name] = all[at..(at + parameter.Length)];
            at += parameter.Length;
        }

        return parameters;
    }

    /// <summary>Everything that training goes on from: parameters, the optimiser's vectors and the number of steps.</summary>
    public byte[] Save() => TrainingCheckpoint.Write(_model, Steps, [.. _now.Select(tensor => _device.Download(tensor, _model.Length))]);

    /// <summary>Goes on where <see cref="Save"/> left off, to the same bits as if it had never stopped.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of other parameters or another optimiser.</exception>
    public void Restore(ReadOnlySpan<byte> checkpoint)
    {
        (long steps, float[][] state) = TrainingCheckpoint.Read(_model, checkpoint);
        Load(state, steps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in (IEnumerable<OrtValue>)[.. _now, .. _next, .. _reported])
        {
            value.Dispose();
        }

        if (_losses.IsValueCreated)
        {
            _losses.Value.Dispose();
        }

        _session.Dispose();
        _device.Dispose();
        _run.Dispose();
    }

    private void Load(float[][] state, long steps)
    {
        foreach (OrtValue value in (IEnumerable<OrtValue>)[.. _now, .. _next])
        {
            value.Dispose();
        }

        _now = [.. state.Select(vector => _device.Upload(vector, _model.Length))];
        _next = [.. state.Select(_ => _device.Allocate(_model.Length))];
        Steps = steps;
    }

    private void Run(
        InferenceSession session, IReadOnlyCollection<string> names, IReadOnlyCollection<OrtValue> values,
        IReadOnlyCollection<string> outputs, IReadOnlyCollection<OrtValue> results)
    {
        string[] differing = [.. session.InputNames.Except(names), .. names.Except(session.InputNames)];
        if (differing.Length > 0)
        {
            throw new ArgumentException($"A batch holds the inputs of the graph and no others; not so: {string.Join(", ", differing)}.");
        }

        try
        {
            session.Run(_run, names, values, outputs, results);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ArgumentException("ONNX Runtime cannot take the step with this batch: " + exception.Message, exception);
        }
    }

    private bool IsBatch(string input) =>
        input != TrainingModel.Rate && !_stateInputs.Contains(input) && !_model.Optimiser.Factors.Contains(input);

    private IEnumerable<string> EvaluatedLosses() => _model.Losses.Where(loss => loss != TrainingGraph.GradientNorm);

    private IEnumerable<string> EvaluatedOutputs() => EvaluatedLosses().Select(TrainingModel.Reported);

    private static Dictionary<string, float> Reports(IReadOnlyList<string> names, Func<int, float> value) =>
        Enumerable.Range(0, names.Count).ToDictionary(i => names[i], value);
}
