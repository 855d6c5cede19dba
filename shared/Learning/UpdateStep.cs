namespace Pipeline.Learning;

/// <summary>Where an update stands after a step.</summary>
/// <param name="Phase">Which part of the work the step was of, of <see cref="Phases.UpdatePhases"/>.</param>
/// <param name="PhaseStep">Steps taken in it.</param>
/// <param name="Step">Steps taken, those of earlier phases included.</param>
/// <param name="Steps">Steps of all phases.</param>
/// <param name="Losses">What the step reported, by the names of the terms.</param>
/// <param name="Save">Makes a checkpoint to go on from.</param>
public sealed record UpdateStep(string Phase, int PhaseStep, int Step, int Steps, IReadOnlyDictionary<string, float> Losses, Func<byte[]> Save);
