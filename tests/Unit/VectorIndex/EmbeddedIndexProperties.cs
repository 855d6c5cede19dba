using FsCheck;
using FsCheck.Fluent;
using Pipeline.Tests.Unit.VectorIndex.Contract;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Whatever is written, in whatever order, searches answer as brute force does.</summary>
public class EmbeddedIndexProperties
{
    [Theory]
    [InlineData(12, 80)]
    [InlineData(400, 15)]
    public void Agrees_with_brute_force_through_upserts_deletes_and_reopening(int ids, int runs)
    {
        // Each number is an operation; FsCheck shrinks a failing list to the few that matter.
        var numbers = ArbMap.Default.ArbFor<uint[]>();
        Prop.ForAll(numbers, operations => RunAsync(operations, ids).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(runs));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Agrees_with_brute_force_while_rows_are_reused_over_and_over(int tablesFrom)
    {
        await using var directory = new IndexDirectory(tablesFrom: tablesFrom);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);
        var model = new BruteForce();
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            var points = Enumerable.Range(0, 300).Select(_ => Points.Random(random.Next(700), random)).ToList();
            await directory.Index.UpsertAsync("c", points);
            points.ForEach(model.Upsert);
            var gone = Enumerable.Range(0, 60).Select(_ => Points.Id(random.Next(700))).ToList();
            await directory.Index.DeleteAsync("c", gone);
            gone.ForEach(model.Delete);
            foreach (var space in Agreement.Spaces)
            {
                await Agreement.CompareSearchAsync(directory.Index, model, space, random);
            }
        }

        await Agreement.CompareContentAsync(directory.Index, model, new PayloadFilter { AllLabels = ["red"] }, 37);
    }

    private static async Task RunAsync(uint[] operations, int ids)
    {
        await using var directory = new IndexDirectory(tablesFrom: operations.Length % 3 * 10);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);
        var model = new BruteForce();
        foreach (var operation in operations)
        {
            var random = new Random((int)(operation / 16));
            switch (operation % 16)
            {
                case < 7:
                    var points = Enumerable.Range(0, random.Next(1, ids)).Select(_ => Points.Random(random.Next(ids), random)).ToList();
                    await directory.Index.UpsertAsync("c", points);
                    points.ForEach(model.Upsert);
                    break;
                case < 10:
                    var gone = Enumerable.Range(0, random.Next(1, ids / 3)).Select(_ => Points.Id(random.Next(ids))).ToList();
                    await directory.Index.DeleteAsync("c", gone);
                    gone.ForEach(model.Delete);
                    break;
                case 10:
                    var updates = Enumerable.Range(0, random.Next(1, ids)).Select(_ => Points.Update(random.Next(ids), random)).ToList();
                    await directory.Index.SetVectorsAsync("c", updates);
                    updates.ForEach(model.SetVectors);
                    break;
                case 11:
                    await directory.ReopenAsync();
                    break;
                case 12:
                    await Agreement.CompareContentAsync(directory.Index, model, Agreement.Filter(random), random.Next(1, ids));
                    break;
                default:
                    await Agreement.CompareSearchAsync(directory.Index, model, Agreement.Spaces[operation % 3], random);
                    break;
            }
        }

        foreach (var space in Agreement.Spaces)
        {
            await Agreement.CompareSearchAsync(directory.Index, model, space, new Random(operations.Length));
        }

        await Agreement.CompareContentAsync(directory.Index, model, null, 5);
    }
}
