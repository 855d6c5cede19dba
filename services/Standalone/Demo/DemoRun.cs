using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Evaluation;
using Pipeline.Messaging;

namespace Pipeline.Standalone.Demo;

/// <summary>Uploads a set through the bus, waits until it is searchable, and searches it.</summary>
public sealed class DemoRun(IBus bus, IEventPublisher events, DemoTracker tracker)
{
    /// <summary>The collection a demo uses.</summary>
    public const string Collection = "demo";

    private static readonly TimeSpan SearchTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Uploads all files and waits for the last.</summary>
    /// <param name="set">The pictures.</param>
    /// <param name="progress">Hears how many have ended, about ten times a second.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The image of each file, and the time from the first upload to the last end.</returns>
    public async Task<(IReadOnlyDictionary<string, Guid> Images, TimeSpan Elapsed)> UploadAsync(DemoSet set, Action<int> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(progress);
        var images = new ConcurrentDictionary<string, Guid>();
        await Parallel.ForEachAsync(set.Files, ct, async (file, token) =>
        {
            var hash = ImageIdentity.HashContent(await File.ReadAllBytesAsync(Path.Combine(set.Root, file), token));
            images[file] = ImageIdentity.Create(Collection, Tenants.Default, hash);
        });
        tracker.Await(images.Values.Distinct());

        var start = Stopwatch.GetTimestamp();
        foreach (var file in set.Files)
        {
            await events.PublishAsync(
                new ImageUploaded
                {
                    UploadId = Guid.CreateVersion7(),
                    Collection = Collection,
                    ExternalId = file,
                    Source = new ImageSource { Uri = new Uri(Path.Combine(set.Root, file)).AbsoluteUri },
                },
                ct);
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!tracker.Done.IsCompleted)
        {
            await Task.WhenAny(tracker.Done, timer.WaitForNextTickAsync(ct).AsTask());
            ct.ThrowIfCancellationRequested();
            progress(tracker.Ended);
        }

        return (images, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Searches with every query of the set, over the bus as any other system would.</summary>
    public async Task<ModeFigures> SearchAsync(DemoSet set, IReadOnlyDictionary<string, Guid> images, string mode, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(images);

        // Files with the same bytes are one image; it answers under the first one's name.
        var fileOf = images.GroupBy(i => i.Value).ToDictionary(g => g.Key, g => g.Select(i => i.Key).Order(StringComparer.Ordinal).First());
        var answers = new List<QueryAnswer>();
        var durations = new List<double>();
        foreach (var query in set.Queries.Where(q => tracker.Outcomes.TryGetValue(images[q], out var reason) && reason is null && fileOf[images[q]] == q))
        {
            var start = Stopwatch.GetTimestamp();
            var results = await bus.AskAsync<SearchImages, SearchResults>(
                new SearchImages { Collection = Collection, ImageId = images[query], Mode = mode, Limit = images.Count }, SearchTimeout, ct);
            durations.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            answers.Add(new QueryAnswer(query, [.. results.Hits.Select(h => fileOf[h.ImageId])]));
        }

        var scores = RetrievalEvaluation.Evaluate(set.Truth!, answers);
        var (p50, p95) = Percentiles.P50AndP95(durations);
        return new ModeFigures(scores.Ns, scores.Map, scores.RecallAt1, p50, p95);
    }
}
