namespace Pipeline.Dashboard.Live;

/// <summary>How a stage or endpoint stands, the worst last.</summary>
public enum StageState
{
    /// <summary>Nothing is known: no process of it was ever heard of, or no report arrives at all.</summary>
    Unknown,

    /// <summary>Up, with nothing to do.</summary>
    Idle,

    /// <summary>Up, and at work.</summary>
    Working,

    /// <summary>Up, but waiting for a dependency that is away.</summary>
    Paused,

    /// <summary>Its processes ended or fell silent.</summary>
    Down,
}
