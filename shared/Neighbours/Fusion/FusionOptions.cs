namespace Pipeline.Neighbours.Fusion;

/// <summary>How much each space says.</summary>
public sealed class FusionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Fusion";

    /// <summary>Weight of the CNN's cosine similarity, not negative. Default 1.</summary>
    public double CnnWeight { get; set; } = 1;

    /// <summary>
    /// Weight of the visual words' cosine similarity, not negative. Default 4: of two pictures of one thing the words' cosine is a few
    /// tenths where the CNN's is near one, and of strangers it is near zero where the CNN's is still half.
    /// </summary>
    public double SiftWeight { get; set; } = 4;
}
