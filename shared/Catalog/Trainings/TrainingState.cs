namespace Pipeline.Catalog;

/// <summary>How far a training is.</summary>
public enum TrainingState
{
    /// <summary>Asked for, not begun yet.</summary>
    Requested,

    /// <summary>Begun; perhaps interrupted, and then it is begun again.</summary>
    Running,

    /// <summary>What was to be trained is in the registry.</summary>
    Done,

    /// <summary>Impossible as it was asked for.</summary>
    Failed,
}
