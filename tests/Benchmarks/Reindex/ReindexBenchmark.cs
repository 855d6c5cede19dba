using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Evaluation;
using Pipeline.Hashing;
using Pipeline.Indexing;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Tests.Benchmarks.Reindex;

/// <summary>Indexes a collection anew again and again, alone and beside uploads and searches.</summary>
internal sealed class ReindexBenchmark(ReindexArguments arguments, StandaloneContender standalone, ImageCopies copies)
{
    private const int Writers = 16;
    private const int Searches = 400;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly IServiceProvider _services = standalone.Services;
    private readonly CollectionCatalog _collections = standalone.Services.GetRequiredService<CollectionCatalog>();
    private readonly ImageCatalog _images = standalone.Services.GetRequiredService<ImageCatalog>();

    public static async Task<ReindexFigures> RunAsync(ReindexArguments arguments)
    {
        // Below the working directory: the system's temporary folder is often in memory, where an fsync costs nothing.
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", $"reindex-benchmark-{Guid.NewGuid():N}")).FullName;
        try
        {
            var copies = new ImageCopies(arguments.Images, Path.Combine(folder, "pictures"));
            await using var standalone = await StandaloneContender.StartAsync(
                folder,
                copies.Folder,
                new Dictionary<string, string?>
                {
                    ["Hashing:Training:Automatic"] = "false",
                    ["Mining:Vocabulary:Automatic"] = "false",
                    ["Index:Codes:SweepInterval"] = "00:00:00.1",
                    ["Index:Generations:SweepInterval"] = "00:00:00.1",
                });
            return await new ReindexBenchmark(arguments, standalone, copies).RunAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<ReindexFigures> RunAsync()
    {
        await UploadAsync();
        var extraction = await MedianAsync(arguments.Rounds, UploadAsync);
        await StoreAsync();
        string[] encoders = [(await ActiveAsync()).EncoderVersion, await EncoderAsync(seed: 11), await EncoderAsync(seed: 12)];
        var same = await MedianAsync(arguments.Rounds, () => ReindexRateAsync(null));
        var round = 0;
        var other = await MedianAsync(arguments.Rounds, () => ReindexRateAsync(encoders[1 + (round++ % 2)]));
        var (kept, during) = await InTurnsAsync(UploadAsync, () => BesideReindexAsync(encoders[1 + (round++ % 2)], UploadAsync));
        var (searches, searchesDuring) = await InTurnsAsync(SearchP95Async, () => BesideReindexAsync(encoders[1 + (round++ % 2)], SearchP95Async));
        return new ReindexFigures(
            (int)await _images.CountAsync(BenchmarkImage.Collection, ImageStatus.Indexed, CancellationToken.None),
            Math.Round(extraction, 1),
            Math.Round(same, 1),
            Math.Round(other, 1),
            Math.Round(Math.Min(same, other) / extraction, 1),
            Math.Round(kept, 1),
            Math.Round(during, 1),
            Math.Round(during / kept, 3),
            Math.Round(searches, 1),
            Math.Round(searchesDuring, 1),
            Environment.ProcessorCount);
    }

    /// <summary>Uploads new pictures.</summary>
    /// <returns>Images a second.</returns>
    private async Task<double> UploadAsync()
    {
        var pictures = await copies.MakeAsync(arguments.Count);
        var elapsed = await standalone.RunAsync(pictures, _ => { });
        return pictures.Count / elapsed.TotalSeconds;
    }

    /// <summary>Further images with the features of those that are there: to the index they are like any others.</summary>
    private async Task StoreAsync()
    {
        var samples = await _images.SampleAsync(BenchmarkImage.Collection, Stages.Cnn, arguments.Count, seed: 1, CancellationToken.None);
        var records = await _images.GetManyAsync(BenchmarkImage.Collection, [.. samples.Select(sample => sample.Id)], CancellationToken.None);
        var blobs = _services.GetRequiredService<IBlobStore>();
        var features = await Task.WhenAll(records.Select(record => blobs.TryReadAsync(record!.Stages[Stages.Cnn].FeatureKey!, CancellationToken.None)));
        var uploads = _services.GetRequiredService<UploadCatalog>();
        var indexer = _services.GetRequiredService<ImageIndexer>();
        await Parallel.ForAsync(0, arguments.Stored, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (i, ct) =>
        {
            var (of, id, upload) = (records[i % records.Count]!, Guid.NewGuid(), Guid.NewGuid());
            var content = new AcceptedContent(id, ImageIdentity.HashContent(id.ToByteArray()), of.Format, of.Width, of.Height, of.Bytes);
            await uploads.AcceptAsync(upload, new ImageUploaded { UploadId = upload, Collection = of.Collection, Source = new ImageSource { Uri = "file:///none" } }, content, 1, ct);
            var (model, key) = (of.Stages[Stages.Cnn].Version!, BlobKeys.Cnn(of.Collection, id, 1, of.Stages[Stages.Cnn].Version!));
            await blobs.PutAsync(key, features[i % records.Count]!, ct);
            await indexer.SettleAsync(of.Collection, id, 1, Stages.Sift, new() { Done = true, Version = of.Stages[Stages.Sift].Version, FeatureKey = of.Stages[Stages.Sift].FeatureKey }, ct);
            await indexer.SettleAsync(of.Collection, id, 1, Stages.Cnn, new() { Done = true, Version = model, FeatureKey = key }, ct);
            await indexer.SettleAsync(of.Collection, id, 1, Stages.Hash, of.Stages[Stages.Hash], ct);
        });
    }

    private async Task<string> EncoderAsync(int seed)
    {
        var active = await ActiveAsync();
        var random = new Random(seed);
        double[] weights = [.. Enumerable.Range(0, active.Bits * active.Dimensions).Select(_ => random.NextDouble() - 0.5)];
        var model = new LinearHash(weights, new double[active.Bits], active.Dimensions).BuildModel();
        var lineage = new ArtifactLineage { CreatedFrom = "a benchmark" };
        return (await _services.GetRequiredService<ArtifactStore>().AddAsync(EncoderCatalog.ArtifactKind, model, lineage, CancellationToken.None)).Version;
    }

    private async Task<double> ReindexRateAsync(string? encoder)
    {
        var start = Stopwatch.GetTimestamp();
        await ReindexAsync(encoder, CancellationToken.None);
        return await _images.CountAsync(BenchmarkImage.Collection, ImageStatus.Indexed, CancellationToken.None) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Asks for a re-index and waits until it serves.</summary>
    private async Task ReindexAsync(string? encoder, CancellationToken ct)
    {
        var (command, start) = (new ReindexCollection { Collection = BenchmarkImage.Collection, EncoderVersion = encoder, CorrelationId = Guid.NewGuid() }, Stopwatch.GetTimestamp());
        await using (var scope = _services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(command, ct);
        }

        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(Look, ct);
            switch ((await _collections.GetGenerationsAsync(BenchmarkImage.Collection, ct)).Entries.FirstOrDefault(entry => entry.Change == command.CorrelationId))
            {
                case { State: GenerationStates.Serving or GenerationStates.Kept }:
                    return;
                case { State: GenerationStates.Failed } failed:
                    throw new InvalidOperationException(failed.Detail);
            }
        }

        throw new TimeoutException($"The re-index does not serve after {Patience}.");
    }

    /// <summary>Measures while one generation after the other is filled.</summary>
    private async Task<double> BesideReindexAsync(string encoder, Func<Task<double>> measure)
    {
        using var ended = new CancellationTokenSource();
        var reindexing = Task.Run(async () =>
        {
            for (var i = 0; !ended.IsCancellationRequested; i++)
            {
                await ReindexAsync(i % 2 == 0 ? encoder : null, CancellationToken.None);
            }
        });
        var result = await measure();
        await ended.CancelAsync();
        await reindexing;
        return result;
    }

    private async Task<double> SearchP95Async()
    {
        var images = await _images.SampleAsync(BenchmarkImage.Collection, Stages.Cnn, Searches, seed: 2, CancellationToken.None);
        var client = _services.GetRequiredService<IBus>().CreateRequestClient<SearchImages>();
        var latencies = new List<double>(Searches);
        for (var i = 0; i < Searches; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var query = new SearchImages { Collection = BenchmarkImage.Collection, ImageId = images[i % images.Count].Id, Mode = i % 2 == 0 ? SearchModes.Cnn : SearchModes.Hash };
            await client.GetResponse<SearchResults>(query);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);

            // As of people who ask, not as fast as can be answered.
            await Task.Delay(Look);
        }

        return Percentiles.Of(latencies, 0.95);
    }

    private async Task<Generation> ActiveAsync() => (await _collections.GetCurrentAsync(BenchmarkImage.Collection, CancellationToken.None))!.Active!;

    /// <summary>By turns, so that whatever else the machine does meets both.</summary>
    private async Task<(double Alone, double Beside)> InTurnsAsync(Func<Task<double>> alone, Func<Task<double>> beside)
    {
        var values = (Alone: new List<double>(), Beside: new List<double>());
        for (var i = 0; i < arguments.Rounds; i++)
        {
            values.Alone.Add(await alone());
            values.Beside.Add(await beside());
        }

        return (Percentiles.Of(values.Alone, 0.5), Percentiles.Of(values.Beside, 0.5));
    }

    private static async Task<double> MedianAsync(int rounds, Func<Task<double>> measure)
    {
        var values = new List<double>(rounds);
        for (var i = 0; i < rounds; i++)
        {
            values.Add(await measure());
        }

        return Percentiles.Of(values, 0.5);
    }
}
