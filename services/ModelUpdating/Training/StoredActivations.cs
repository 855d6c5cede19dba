using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Learning;
using Pipeline.Learning.Losses;
using Pipeline.ModelUpdating.Evidence;
using Pipeline.Onnx;

namespace Pipeline.ModelUpdating.Training;

/// <summary>Reads what extraction stored of images: trunk activations of the backbone, embeddings of the present model. No image is decoded.</summary>
public sealed partial class StoredActivations(FeatureBlobs features, ILogger<StoredActivations> logger)
{
    /// <summary>Reads the images of a plan; those of which a part is missing, damaged or of another shape are left out with their pairs.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="generation">Whose backbone and model.</param>
    /// <param name="plan">The images and pairs.</param>
    /// <param name="head">The present head.</param>
    /// <param name="earlier">How far each update moved features that led to it, the latest first.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="UpdateRefusedException">Nothing is left to learn from.</exception>
    public async Task<UpdateInputs> ReadAsync(string collection, Generation generation, UpdatePlan plan, byte[] head, IReadOnlyList<FeatureDrift> earlier, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(plan);
        var read = new Activation?[plan.Images.Count];
        await Parallel.ForAsync(0, read.Length, ct, async (i, token) => read[i] = await ReadAsync(collection, generation, plan.Images[i], token));
        if (Array.Find(read, image => image is not null) is not { } pattern)
        {
            throw new UpdateRefusedException(
                plan.Images.Count == 0 ? TrainingReasons.NoPairs : TrainingReasons.BackboneMismatch,
                $"None of {plan.Images.Count} images has activations of {generation.Backbone} and an embedding of {generation.ModelVersion}.");
        }

        int[] kept = [.. Enumerable.Range(0, read.Length).Where(i => read[i] is { } image
            && image.Shape.AsSpan().SequenceEqual(pattern.Shape) && image.Embedding.Length == generation.Dimensions)];
        if (kept.Length < read.Length)
        {
            LogLeftOut(logger, read.Length - kept.Length, read.Length, collection);
        }

        if (kept.Length == 0)
        {
            throw new UpdateRefusedException(
                TrainingReasons.BackboneMismatch, $"The stored embeddings have {pattern.Embedding.Length} dimensions; the collection's model gives {generation.Dimensions}.");
        }

        var places = new int[read.Length];
        Array.Fill(places, -1);
        for (var i = 0; i < kept.Length; i++)
        {
            places[kept[i]] = i;
        }

        return new UpdateInputs(
            head,
            new LearningImages([.. kept.Select(i => read[i]!.Trunk)], pattern.Shape, [.. kept.Select(i => read[i]!.Embedding)]),
            read.Length - kept.Length,
            [
                .. plan.Pairs.Where(pair => places[pair.First] >= 0 && places[pair.Second] >= 0)
                    .Select(pair => pair with { First = places[pair.First], Second = places[pair.Second] }),
            ],
            [.. kept.Select(i => plan.Images[i])],
            plan.Seed,
            earlier);
    }

    private async Task<Activation?> ReadAsync(string collection, Generation generation, PlannedImage image, CancellationToken ct)
    {
        var key = BlobKeys.Cnn(collection, image.Id, image.Incarnation, generation.Backbone);
        if (await features.ReadAsync<CnnFeatures?>(key, static bytes => CnnFeatures.Parse(bytes), null, ct) is not { } stored)
        {
            return null;
        }

        var embedding = generation.ModelVersion == generation.Backbone
            ? stored.Embedding.ToArray()
            : await features.ReadAsync<float[]?>(
                BlobKeys.Cnn(collection, image.Id, image.Incarnation, generation.ModelVersion), static bytes => CnnFeatures.ReadEmbedding(bytes), null, ct);

        // What has no direction has no neighbours, and nothing can be learned from what is not finite.
        return embedding?.AsSpan().ContainsAnyExcept(0f) == true && stored.Trunk.Length > 0 && !stored.Trunk.Span.ContainsAnyExceptInRange(Half.MinValue, Half.MaxValue)
            ? new Activation(stored.Trunk, stored.TrunkShape, embedding)
            : null;
    }

    private sealed record Activation(ReadOnlyMemory<Half> Trunk, int[] Shape, float[] Embedding);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{LeftOut} of {Images} images of {Collection} are left out of the update: their stored features are missing, damaged or of another shape")]
    private static partial void LogLeftOut(ILogger logger, int leftOut, int images, string collection);
}
