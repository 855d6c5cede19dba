namespace Pipeline.ModelUpdating.Training;

/// <summary>An update cannot be made, now or ever, from what there is.</summary>
/// <param name="reason">A code of <see cref="Contracts.TrainingReasons"/>.</param>
/// <param name="detail">For people.</param>
/// <param name="cause">What it was found by.</param>
public sealed class UpdateRefusedException(string reason, string detail, Exception? cause = null) : Exception(detail, cause)
{
    /// <summary>The stable code.</summary>
    public string Reason => reason;
}
