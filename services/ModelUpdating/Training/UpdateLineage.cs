using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Losses;
using Pipeline.Learning.Synthesis;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Training;

/// <summary>What the registry keeps of a trained head: where it comes from, how it was made, how good it is, and how far it moved features.</summary>
internal static class UpdateLineage
{
    private const string DriftLow = "driftLow";
    private const string DriftHigh = "driftHigh";

    /// <summary>How far the update that made a head moved features; null if none made it.</summary>
    public static FeatureDrift? Drift(ArtifactLineage lineage) =>
        lineage.Metrics.TryGetValue(DriftLow, out var low) && lineage.Metrics.TryGetValue(DriftHigh, out var high) ? new FeatureDrift(low, high) : null;

    public static ArtifactLineage Of(
        string collection, Guid update, Generation generation, IReadOnlyDictionary<string, string> recipe, ModelUpdateData data, ModelUpdateFigures figures, FeatureDrift? drift, double seconds) => new()
        {
            Parent = generation.ModelVersion,
            CreatedFrom = $"update {update} of collection {collection}",
            Collection = collection,
            Settings = new Dictionary<string, string>(recipe, StringComparer.Ordinal) { [ModelCatalog.BackboneSetting] = generation.Backbone },
            Metrics = new Dictionary<string, double>(
                [
                    .. data.Pairs.Select(kind => KeyValuePair.Create($"pairs.{kind.Key}", (double)kind.Value)),
                    .. drift is null ? [] : new[] { KeyValuePair.Create(DriftLow, drift.Low), KeyValuePair.Create(DriftHigh, drift.High) },
                ],
                StringComparer.Ordinal)
            {
                ["images"] = data.Images,
                ["imagesLeftOut"] = data.ImagesLeftOut,
                ["pairs.contradictory"] = data.Contradictory,
                ["learned"] = data.Learned,
                ["heldOut"] = data.HeldOut,
                ["steps"] = data.Steps,
                ["synthesised"] = data.Synthesised,
                ["heldOutBefore"] = figures.HeldOutBefore,
                ["heldOutAfter"] = figures.HeldOutAfter,
                ["knownBefore"] = figures.KnownBefore,
                ["knownAfter"] = figures.KnownAfter,
                ["rankRatio"] = figures.RankRatio,
                ["varianceRatio"] = figures.VarianceRatio,
                ["crossModel"] = figures.CrossModel,
                ["seconds"] = seconds,
            },
        };

    /// <summary>All that an update is told, the weights of the losses and what bounds the training included.</summary>
    public static IReadOnlyDictionary<string, string> Settings(int seed, LearningOptions learning, SynthesisOptions synthesis, GateOptions gate) =>
        new Dictionary<string, string>(
            [
                .. Settings("learning", learning),
                .. learning.Rehearsal > 0 ? Settings("synthesis", synthesis) : [],
                .. Settings("gate", gate),
                KeyValuePair.Create("seed", seed.ToString(CultureInfo.InvariantCulture)),
            ],
            StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<string, string>> Settings(string section, object options) =>
        from property in options.GetType().GetProperties()
        let name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..]
        select KeyValuePair.Create($"{section}.{name}", Convert.ToString(property.GetValue(options), CultureInfo.InvariantCulture) ?? "");
}
