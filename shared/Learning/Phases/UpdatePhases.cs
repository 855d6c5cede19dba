namespace Pipeline.Learning.Phases;

/// <summary>The parts of an update's work, in their order; most updates have the last alone.</summary>
public static class UpdatePhases
{
    /// <summary>A copy of the present head learns freely, with nothing that keeps: the second teacher.</summary>
    public const string Specialist = "specialist";

    /// <summary>Inputs are synthesised that the present head, the first teacher, takes for ones of what it learned before.</summary>
    public const string Synthesis = "synthesis";

    /// <summary>The head learns that is judged, and may serve.</summary>
    public const string Training = "training";
}
