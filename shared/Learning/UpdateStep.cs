namespace Pipeline.Learning;

/// <summary>Where an update stands after a step.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Steps">Steps of the whole training.</param>
/// <param name="Losses">What the step reported, by the names of the terms.</param>
/// <param name="Save">Makes a checkpoint to go on from.</param>
public sealed record UpdateStep(int Step, int Steps, IReadOnlyDictionary<string, float> Losses, Func<byte[]> Save);
