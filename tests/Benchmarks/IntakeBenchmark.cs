using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Imaging;
using Pipeline.Storage;
using Pipeline.Upload;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Uploads a second that the Upload service takes in, durably, and without the manifests that a rebuild begins with. Both in turns on the same disk, so
/// that what else the machine does concerns both.
/// </summary>
internal static class IntakeBenchmark
{
    private const string Collection = "bench";
    private const int Callers = 8;
    private const int Uploads = 400;
    private const int Rounds = 3;

    public static async Task<IReadOnlyList<IntakeFigure>> RunAsync(Action<string> print)
    {
        // Below the working directory: the system's temporary folder is often in memory, where an fsync costs nothing.
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", $"intake-benchmark-{Guid.NewGuid():N}")).FullName;
        try
        {
            var seconds = new Dictionary<bool, List<double>> { [true] = [], [false] = [] };
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var manifests in (bool[])[true, false])
                {
                    seconds[manifests].Add(await MeasureAsync(Path.Combine(folder, $"{round}-{manifests}"), manifests));
                }
            }

            IntakeFigure[] figures =
            [
                .. seconds.Select(kind => new IntakeFigure(kind.Key ? "with manifests" : "without", Uploads / kind.Value.Order().ElementAt(Rounds / 2))),
            ];
            foreach (var figure in figures)
            {
                print($"{figure.What,-16} {figure.PerSecond,8:0} uploads/s");
            }

            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> MeasureAsync(string folder, bool manifests)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Blobs:Root"] = Path.Combine(folder, "blobs"),
            ["Storage:State:Path"] = Path.Combine(folder, "state.db"),
        }).Build();
        Directory.CreateDirectory(folder);
        var services = new ServiceCollection().AddLogging().AddPipelineStorage(configuration).AddPipelineCatalog().AddUpload(configuration);
        if (!manifests)
        {
            services.AddSingleton(WithoutManifests.Create(new DirectoryBlobStore(Path.Combine(folder, "blobs"))));
        }

        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<CollectionCatalog>().CreateAsync(Collection, default);
        var intake = provider.GetRequiredService<ImageIntake>();
        ImageUploaded[] uploads = [.. Enumerable.Range(0, Uploads + 1).Select(_ => new ImageUploaded { UploadId = Guid.NewGuid(), Collection = Collection, Source = new ImageSource { Bytes = Picture() } })];
        await intake.TakeInAsync(uploads[Uploads], uploads[Uploads].UploadId!.Value, default);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(uploads.Take(Uploads), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (upload, ct) =>
        {
            if ((await intake.TakeInAsync(upload, upload.UploadId!.Value, ct)).Record is null)
            {
                throw new InvalidOperationException("An upload was refused.");
            }
        });
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Small and new: what is measured is what an upload costs whatever its size.</summary>
    private static byte[] Picture()
    {
        using var pixels = PixelBuffer.From(RandomNumberGenerator.GetBytes(96 * 64 * 3), 96, 64, 3);
        return ImageEncoder.EncodePng(pixels);
    }
}

/// <summary>A blob store that keeps no manifests.</summary>
public class WithoutManifests : DispatchProxy
{
    private IBlobStore _inner = null!;

    public static IBlobStore Create(IBlobStore inner)
    {
        var store = Create<IBlobStore, WithoutManifests>();
        ((WithoutManifests)(object)store)._inner = inner;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IBlobStore.PutAsync) && args![0] is string key && key.StartsWith(BlobKeys.ManifestsPrefix("bench"), StringComparison.Ordinal)
            ? Task.CompletedTask
            : targetMethod.Invoke(_inner, args);
}

/// <summary>One measurement.</summary>
internal sealed record IntakeFigure(string What, double PerSecond);
