namespace Pipeline.Contracts;

/// <summary>Stable codes that say why nothing came of a training. Codes are never renamed or reused.</summary>
public static class TrainingReasons
{
    /// <summary>The code length is no multiple of 8 from 16 to 256.</summary>
    public const string InvalidBits = "invalid-bits";

    /// <summary>A method was named that is not known, or none at all.</summary>
    public const string UnknownMethod = "unknown-method";

    /// <summary>The collection has too few images with CNN features.</summary>
    public const string TooFewFeatures = "too-few-features";

    /// <summary>No method can learn from the features, which hardly vary, say; or the configured recipe cannot train the model.</summary>
    public const string NotLearnable = "not-learnable";

    /// <summary>The training took longer than allowed.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>No two images of the collection are known to show the same thing.</summary>
    public const string NoPairs = "no-pairs";

    /// <summary>The pairs are all of one thing: some have to be kept back to judge by.</summary>
    public const string TooFewPairs = "too-few-pairs";

    /// <summary>A loss or a parameter left the finite numbers; the present model is kept.</summary>
    public const string NotFinite = "not-finite";

    /// <summary>The model's trainable part has an operator without a gradient; the detail names it.</summary>
    public const string UnsupportedOperator = "unsupported-operator";

    /// <summary>The present model or the stored activations belong to another backbone than the one in use, or it keeps no activations.</summary>
    public const string BackboneMismatch = "backbone-mismatch";

    /// <summary>The present model is gone from the registry, or damaged.</summary>
    public const string CorruptArtifact = "corrupt-artifact";

    /// <summary>Another model is about to serve the collection; asking again when it serves helps.</summary>
    public const string ModelChanging = "model-changing";

    /// <summary>The collection's model was changed during the training, so that the result improves on what serves no more.</summary>
    public const string Superseded = "superseded";
}
