using FsCheck;
using FsCheck.Fluent;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Whatever is written, in whatever order, the graphs are those that comparing every pair gives.</summary>
public class GraphProperties
{
    private static readonly string[] Spaces = ["cnn", "hash", "sift"];

    [Theory]
    [InlineData(9, 100)]
    [InlineData(60, 40)]
    [InlineData(400, 8)]
    public void Equal_brute_force_through_upserts_vector_updates_deletes_and_reopening(int ids, int runs)
    {
        var numbers = ArbMap.Default.ArbFor<uint[]>();
        Prop.ForAll(numbers, operations => RunAsync(operations, ids).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(runs));
    }

    [Fact]
    public async Task Equal_brute_force_while_rows_are_reused_over_and_over()
    {
        await using var directory = new IndexDirectory(neighbours: 4);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);
        var model = new BruteForce();
        var random = new Random(11);
        for (var round = 0; round < 20; round++)
        {
            await UpsertAsync(directory.Index, model, random, 250, 600);
            await DeleteAsync(directory.Index, model, random, 60, 600);
            await SetVectorsAsync(directory.Index, model, random, 100, 600);
            foreach (var space in Spaces.Where(_ => random.Next(2) == 0))
            {
                await GraphComparison.CompareAsync(directory.Index, model, space, [.. Enumerable.Range(0, 20).Select(_ => Points.Id(random.Next(620)))]);
            }
        }

        foreach (var space in Spaces)
        {
            await GraphComparison.CompareAsync(directory.Index, model, space, [.. Enumerable.Range(0, 600).Select(Points.Id)]);
        }
    }

    private static async Task RunAsync(uint[] operations, int ids)
    {
        await using var directory = new IndexDirectory(neighbours: 3);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);
        var model = new BruteForce();
        foreach (var operation in operations)
        {
            var random = new Random((int)(operation / 16));
            switch (operation % 16)
            {
                case < 5:
                    await UpsertAsync(directory.Index, model, random, random.Next(1, ids), ids);
                    break;
                case < 7:
                    await DeleteAsync(directory.Index, model, random, random.Next(1, ids / 3), ids);
                    break;
                case < 9:
                    await SetVectorsAsync(directory.Index, model, random, random.Next(1, ids / 2), ids);
                    break;
                case 9:
                    await directory.ReopenAsync();
                    break;
                default:
                    var asked = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Points.Id(random.Next(ids + 1)));
                    await GraphComparison.CompareAsync(directory.Index, model, Spaces[operation % 3], [.. asked]);
                    break;
            }
        }

        foreach (var space in Spaces)
        {
            await GraphComparison.CompareAsync(directory.Index, model, space, [.. Enumerable.Range(0, ids).Select(Points.Id)]);
        }
    }

    private static async Task UpsertAsync(EmbeddedVectorIndex index, BruteForce model, Random random, int count, int ids)
    {
        var points = Enumerable.Range(0, count).Select(_ => Points.Random(random.Next(ids), random)).ToList();

        // Some are written again as they are, as redelivered messages do.
        var same = model.All.Where(_ => random.Next(4) == 0).Take(count).Select(point => point with { Payload = point.Payload with { ExternalIds = ["again"] } });
        List<IndexPoint> all = [.. same, .. points];
        await index.UpsertAsync("c", all);
        all.ForEach(model.Upsert);
    }

    private static async Task DeleteAsync(EmbeddedVectorIndex index, BruteForce model, Random random, int count, int ids)
    {
        var gone = Enumerable.Range(0, count).Select(_ => Points.Id(random.Next(ids))).ToList();
        await index.DeleteAsync("c", gone);
        gone.ForEach(model.Delete);
    }

    private static async Task SetVectorsAsync(EmbeddedVectorIndex index, BruteForce model, Random random, int count, int ids)
    {
        var updates = Enumerable.Range(0, count).Select(_ => Points.Update(random.Next(ids), random)).ToList();
        await index.SetVectorsAsync("c", updates);
        updates.ForEach(model.SetVectors);
    }
}
