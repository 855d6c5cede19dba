using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.Onnx;

namespace Pipeline.HashEncoding.Training;

/// <summary>The stored CNN features of a collection, or of a sample of it, in two parts.</summary>
/// <param name="Gallery">What encoders are trained on.</param>
/// <param name="Queries">What is held out for comparing them.</param>
public sealed record TrainingFeatures(FeatureRows Gallery, FeatureRows Queries)
{
    /// <summary>What the rows are labelled; null where too few are, or nearly all the same.</summary>
    public TrainingLabels? Labels { get; init; }

    /// <summary>Images without a row: their features are gone, damaged or of another length.</summary>
    public int LeftOut { get; init; }

    /// <summary>One row of so many is held out.</summary>
    private const int HeldOutShare = 5;

    /// <summary>
    /// Reads and splits features. Which ones depends on the images' ids and the seed alone: not on when they arrived. What cannot be read of one image
    /// does not keep the others from being learned from.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="stored">Where features are.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="generation">Whose model's features are read.</param>
    /// <param name="options">How many.</param>
    /// <param name="seed">Chooses and splits.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="TrainingDataException">There are too few.</exception>
    public static async Task<TrainingFeatures> ReadAsync(
        ImageCatalog catalog, FeatureBlobs stored, string collection, Generation generation, EncoderTrainingOptions options, ulong seed, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(options);
        var chosen = await catalog.SampleAsync(collection, Stages.Cnn, options.MaxRows, seed, ct);
        (string Key, string? Label)[] images = [.. chosen
            .Where(image => image.Features.Version == generation.ModelVersion)
            .Select(image => (image.Features.FeatureKey!, image.Label))];
        var read = new float[]?[images.Length];
        await Parallel.ForAsync(0, images.Length, ct, async (i, token) =>
            read[i] = await stored.ReadAsync<float[]?>(images[i].Key, static bytes => CnnFeatures.ReadEmbedding(bytes), null, token));

        int[] there = [.. Enumerable.Range(0, images.Length).Where(i => read[i]?.Length == generation.Dimensions)];
        float[][] rows = [.. there.Select(i => read[i]!)];
        string?[] labels = [.. there.Select(i => images[i].Label)];
        var features = Split(rows, generation.Dimensions, options.MaxHeldOut, seed, labels);
        return features with
        {
            Labels = TrainingLabels.Of(labels, features.Queries.Count, options.MinLabelled),
            LeftOut = images.Length - there.Length,
        };
    }

    /// <summary>Splits rows at random, by the seed.</summary>
    /// <param name="rows">The rows, which are reordered.</param>
    /// <param name="dimensions">Length of a row.</param>
    /// <param name="maxHeldOut">Most rows to hold out; never more than a fifth of them.</param>
    /// <param name="seed">Splits.</param>
    /// <param name="labels">One for each row, reordered as these are, those held out first; null for none.</param>
    /// <exception cref="TrainingDataException">There are too few, or a value is not finite.</exception>
    public static TrainingFeatures Split(float[][] rows, int dimensions, int maxHeldOut, ulong seed, string?[]? labels = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var heldOut = Math.Min(maxHeldOut, rows.Length / HeldOutShare);
        if (heldOut == 0)
        {
            throw new TrainingDataException($"There are {rows.Length} features; at least {HeldOutShare} are needed.");
        }

        var random = new SplitMix64(seed);
        for (var i = 0; i < heldOut; i++)
        {
            var other = i + (int)(random.Next() % (ulong)(rows.Length - i));
            (rows[i], rows[other]) = (rows[other], rows[i]);
            if (labels is not null)
            {
                (labels[i], labels[other]) = (labels[other], labels[i]);
            }
        }

        return new TrainingFeatures(Pack(rows.AsSpan(heldOut), dimensions), Pack(rows.AsSpan(0, heldOut), dimensions));
    }

    private static FeatureRows Pack(ReadOnlySpan<float[]> rows, int dimensions)
    {
        var values = new float[rows.Length * dimensions];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row].CopyTo(values, row * dimensions);
        }

        return new FeatureRows(values, dimensions);
    }
}
