namespace Pipeline.Onnx.Training;

/// <summary>A loss, or a parameter after the step, is infinite or not a number. The step was not taken.</summary>
public sealed class NotFiniteLossException : ArithmeticException
{
    /// <summary>Names what is not finite.</summary>
    /// <param name="what">The loss, or the parameters.</param>
    /// <param name="step">The step that was not taken, 1 being the first.</param>
    public NotFiniteLossException(string what, long step)
        : base($"At step {step} {what} is infinite or not a number; the parameters are those before the step.")
    {
        What = what;
        Step = step;
    }

    /// <summary>The loss's name, or <c>parameters</c>.</summary>
    public string What { get; }

    /// <summary>The step that was not taken, 1 being the first.</summary>
    public long Step { get; }
}
