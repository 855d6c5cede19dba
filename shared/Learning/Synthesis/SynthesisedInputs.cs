namespace Pipeline.Learning.Synthesis;

/// <summary>Inputs that a network takes for ones that it has learned from.</summary>
/// <param name="Trunks">Row-major, as the network's input is without its batch.</param>
/// <param name="ClassOf">The class of each, by its place among those that were asked for; −1 where none was.</param>
public sealed record SynthesisedInputs(IReadOnlyList<ReadOnlyMemory<Half>> Trunks, int[] ClassOf)
{
    /// <summary>How many there are.</summary>
    public int Count => Trunks.Count;
}
