using Pipeline.Catalog;
using Pipeline.Contracts.Commands;

namespace Pipeline.Indexing.Models;

/// <summary>What is asked of others for a model.</summary>
public static class ModelCommands
{
    /// <summary>The command to make images' embeddings of a generation's model, and codes of them.</summary>
    public static EmbedImages Embed(string collection, Generation generation, string encoderVersion, IEnumerable<ImageRecord> images)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return new EmbedImages
        {
            Collection = collection,
            ModelVersion = generation.ModelVersion,
            BackboneVersion = generation.Backbone,
            EncoderVersion = encoderVersion,
            Images = [.. images.Select(image => new ImageToEmbed(image.ImageId, image.Incarnation, image.Tenant, image.CorrelationId))],
        };
    }
}
