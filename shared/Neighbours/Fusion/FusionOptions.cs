namespace Pipeline.Neighbours.Fusion;

/// <summary>
/// How much each space says. The defaults are one set for photographs of objects and of printed matter: among the weights that do not
/// lessen what a new query finds on either, they lie in the middle of those that gain most where the gallery asks about itself.
/// </summary>
public sealed class FusionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Fusion";

    /// <summary>Weight of the CNN's cosine similarity, not negative. Default 1.</summary>
    public double CnnWeight { get; set; } = 1;

    /// <summary>
    /// Weight of the visual words' cosine similarity, not negative. Default 8: of two pictures of one thing the words' cosine is a few
    /// tenths where the CNN's is near one, and of strangers it is near zero where the CNN's is still half.
    /// </summary>
    public double SiftWeight { get; set; } = 8;

    /// <summary>
    /// Weight of the cosine similarity of the query's CNN embedding and an image's collaboratively embedded vector, not negative.
    /// Default 1. An image that is not embedded yet counts with its CNN cosine, which is what embedding begins with.
    /// </summary>
    public double CieWeight { get; set; } = 1;
}
