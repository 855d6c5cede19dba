namespace Pipeline.Catalog;

/// <summary>How long trainings may take.</summary>
/// <param name="Hold">How long a training process is believed alive after its last sign of life.</param>
/// <param name="Timeout">The longest that a training may take.</param>
public readonly record struct TrainingLimits(TimeSpan Hold, TimeSpan Timeout);
