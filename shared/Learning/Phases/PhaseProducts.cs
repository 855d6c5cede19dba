using Pipeline.Learning.Synthesis;

namespace Pipeline.Learning.Phases;

/// <summary>What the phases before the last hand on to it.</summary>
/// <param name="Specialist">The head that learned freely; null without that phase, or before its end.</param>
/// <param name="Inputs">The synthesised inputs; null without that phase, or before its end.</param>
internal sealed record PhaseProducts(byte[]? Specialist = null, SynthesisedInputs? Inputs = null);
