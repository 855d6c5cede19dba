namespace Pipeline.Contracts;

/// <summary>Stable codes that say why nothing came of the training of an encoder. Codes are never renamed or reused.</summary>
public static class TrainingReasons
{
    /// <summary>The code length is no multiple of 8 from 16 to 256.</summary>
    public const string InvalidBits = "invalid-bits";

    /// <summary>A method was named that is not known, or none at all.</summary>
    public const string UnknownMethod = "unknown-method";

    /// <summary>The collection has too few images with CNN features.</summary>
    public const string TooFewFeatures = "too-few-features";

    /// <summary>No method can learn from the features: they hardly vary, say.</summary>
    public const string NotLearnable = "not-learnable";

    /// <summary>The training took longer than allowed.</summary>
    public const string TimedOut = "timed-out";
}
