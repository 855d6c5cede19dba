using System.Text.Json;
using Pipeline.Catalog;
using Pipeline.Learning.Evidence;
using Pipeline.ModelUpdating.Evidence;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Training;

/// <summary>The plans of updates that are under way: what is begun again goes on with its own plan.</summary>
public sealed partial class UpdatePlans(IBlobStore blobs, ImageCatalog images, UpdatePlanner planner, ILogger<UpdatePlans> logger)
{
    private const int LookedUpAtOnce = 500;

    /// <summary>The plan that an earlier attempt left if all of it still lives and nobody has objected since, or a new one, which is stored.</summary>
    public async Task<UpdatePlan> GetAsync(string collection, Guid update, string modelVersion, int seed, CancellationToken ct)
    {
        var key = BlobKeys.ModelUpdatePlan(collection, update);
        if (await ReadAsync(key, ct) is { } left)
        {
            if (left.ModelVersion == modelVersion && left.Seed == seed && await HoldsAsync(collection, left, ct))
            {
                LogGoesOn(logger, update, collection);
                return left;
            }

            LogAnew(logger, update, collection);
        }

        var plan = await planner.PlanAsync(collection, modelVersion, seed, ct);
        await blobs.PutAsync(key, JsonSerializer.SerializeToUtf8Bytes(plan), ct);
        return plan;
    }

    private async Task<UpdatePlan?> ReadAsync(string key, CancellationToken ct)
    {
        try
        {
            return await blobs.TryReadAsync(key, ct) is { } stored ? JsonSerializer.Deserialize<UpdatePlan>(stored) : null;
        }
        catch (JsonException e)
        {
            LogDamaged(logger, e, key);
            return null;
        }
    }

    /// <summary>Whether all images live, people stand by what they said, and no two are one subject by its pairs that they say are not the same.</summary>
    private async Task<bool> HoldsAsync(string collection, UpdatePlan plan, CancellationToken ct)
    {
        var verdicts = new List<IReadOnlyList<PairVerdict>>(plan.Images.Count);
        foreach (var chunk in plan.Images.Chunk(LookedUpAtOnce))
        {
            foreach (var (image, record) in chunk.Zip(await images.GetManyAsync(collection, [.. chunk.Select(image => image.Id)], ct)))
            {
                if (record?.IsLive(image.Incarnation) != true)
                {
                    return false;
                }

                verdicts.Add(record.Verdicts);
            }
        }

        var judged = new JudgedPairs(plan.Images, verdicts);
        var subjects = new SubjectsApart(plan.Images.Count, judged.NotSame);
        return plan.Pairs.All(pair => (pair.Kind != UpdatePlan.JudgedKind || judged.Same.Contains(new EvidencePair(pair.First, pair.Second)))
            && subjects.TryJoin(pair.First, pair.Second));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The update {Update} of {Collection} goes on with what it was begun with")]
    private static partial void LogGoesOn(ILogger logger, Guid update, string collection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The update {Update} of {Collection} begins anew: an image or the model that it was begun with is gone, or a verdict has taken its pairs away")]
    private static partial void LogAnew(ILogger logger, Guid update, string collection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} is damaged; the update begins anew")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string key);
}
