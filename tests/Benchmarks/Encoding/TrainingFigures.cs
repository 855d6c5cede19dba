namespace Pipeline.Tests.Benchmarks;

/// <summary>What the training benchmark measured.</summary>
/// <param name="Cores">Processors the process may use.</param>
/// <param name="Rows">Features learnt from.</param>
/// <param name="Dimensions">Their length.</param>
/// <param name="Bits">Length of the codes.</param>
/// <param name="Results">Each method; one over a reference trains that as well.</param>
/// <param name="Seconds">All of them together.</param>
/// <param name="CpuSeconds">The same in processor time, which other work on the machine hardly changes.</param>
internal sealed record TrainingFigures(
    int Cores, int Rows, int Dimensions, int Bits, IReadOnlyList<MethodTraining> Results, double Seconds, double CpuSeconds);

/// <summary>One method.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="CpuSeconds">Processor time of all threads.</param>
internal sealed record MethodTraining(string Method, double Seconds, double CpuSeconds);
