namespace Pipeline.Onnx.Training;

/// <summary>A training step as a graph, made by <see cref="TrainingGraph.Build"/> and run by <see cref="TrainingSession"/>.</summary>
public sealed class TrainingModel
{
    internal const string State = "parameters";
    internal const string NextState = "next_parameters";
    internal const string Rate = "learning_rate";
    internal const string Probe = "finite_probe";

    internal TrainingModel(
        byte[] model, IReadOnlyList<TrainingParameter> parameters, IReadOnlyList<string> losses, Optimiser optimiser)
    {
        Model = model;
        Parameters = parameters;
        Losses = losses;
        Optimiser = optimiser;
        Length = parameters.Sum(parameter => parameter.Length);
    }

    /// <summary>The serialised ONNX model of one step.</summary>
    public ReadOnlyMemory<byte> Model { get; }

    /// <summary>What is trained, in the order in which it lies in the state vector.</summary>
    public IReadOnlyList<TrainingParameter> Parameters { get; }

    /// <summary>Names of the numbers that a step reports, the minimised loss first.</summary>
    public IReadOnlyList<string> Losses { get; }

    /// <summary>What moves the parameters.</summary>
    public Optimiser Optimiser { get; }

    /// <summary>Numbers that are trained.</summary>
    public int Length { get; }

    internal static string Moment(int index) => $"moment_{index}";

    internal static string NextMoment(int index) => $"next_moment_{index}";

    internal static string Reported(string loss) => "loss/" + loss;
}
