using Microsoft.Data.Sqlite;
using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex;

public class NeighbourGraphTests
{
    [Fact]
    public async Task Answers_with_the_lists_asked_for_and_those_that_name_them()
    {
        await using var directory = await CreateAsync(neighbours: 1);
        await directory.Index.UpsertAsync("c", [At(1, 0), At(2, 10), At(3, 25), At(4, 90)]);

        var answer = await AskAsync(directory.Index, 3, 2, 2);

        Assert.Equal(1, answer.K);
        Assert.Equal([(Id(3), Id(2)), (Id(2), Id(1))], answer.Lists.Select(list => (list.Id, list.Neighbours.Single().Id)));
        Assert.Equal([(Id(1), Id(2)), (Id(4), Id(3))], answer.Reverse.Select(list => (list.Id, list.Neighbours.Single().Id)));
        Assert.Equal(Math.Cos(15 * Math.PI / 180), answer.Lists[0].Neighbours[0].Score, 1e-6);
    }

    [Fact]
    public async Task An_id_that_is_not_in_the_space_has_no_list_and_is_no_error()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [At(1, 0), At(2, 10), Point(3, ("hash", new BinaryCode([1, 0])))]);

        var answer = await AskAsync(directory.Index, 3, 99, 1);

        Assert.Equal(Id(1), Assert.Single(answer.Lists).Id);
        await Assert.ThrowsAsync<ArgumentException>(() => directory.Index.FindNeighboursAsync("c", new NeighbourQuery("nothing", [Id(1)])));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => directory.Index.FindNeighboursAsync("d", new NeighbourQuery("cnn", [Id(1)])));
    }

    [Fact]
    public async Task Points_that_share_no_index_are_no_neighbours()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c",
        [
            Point(1, ("sift", new SparseVector([1, 2], [1, -1]))),
            Point(2, ("sift", new SparseVector([2, 3], [1, 1]))),
            Point(3, ("sift", new SparseVector([4], [1]))),
            Point(4, ("sift", new SparseVector([], []))),
        ]);

        var answer = await directory.Index.FindNeighboursAsync("c", new NeighbourQuery("sift", [Id(1), Id(2), Id(3), Id(4)]));

        Assert.Equal([1, 1, 0, 0], answer.Lists.Select(list => list.Neighbours.Count));
        Assert.Equal(new Neighbour(Id(2), -1), answer.Lists[0].Neighbours[0]);
    }

    [Fact]
    public async Task A_point_that_changes_its_tenant_changes_its_company()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [At(1, 0, "a"), At(2, 10, "a"), At(3, 20, "b"), At(4, 30, "b")]);
        Assert.Equal([Id(1)], (await AskAsync(directory.Index, 2)).Lists.Single().Neighbours.Select(n => n.Id));

        await directory.Index.UpsertAsync("c", [At(2, 10, "b")]);
        var answer = await AskAsync(directory.Index, 1, 2);

        Assert.Empty(answer.Lists[0].Neighbours);
        Assert.Equal([Id(3), Id(4)], answer.Lists[1].Neighbours.Select(n => n.Id));
        Assert.Equal([Id(3), Id(4)], answer.Reverse.Select(list => list.Id));
    }

    [Fact]
    public async Task A_point_stored_again_or_given_another_space_keeps_its_list_and_revision()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [At(1, 0), At(2, 10), At(3, 20)]);
        var before = await AskAsync(directory.Index, 1, 2, 3);

        await directory.Index.UpsertAsync("c", [At(2, 10) with { Payload = Payload("default", "new") }]);
        await directory.Index.SetVectorsAsync("c", [new VectorUpdate { Id = Id(3), Vectors = new Dictionary<string, VectorValue?> { ["sift"] = new SparseVector([1], [1]) } }]);
        var after = await AskAsync(directory.Index, 1, 2, 3);
        await directory.ReopenAsync();
        var opened = await AskAsync(directory.Index, 1, 2, 3);

        Assert.All([after, opened], answer => Assert.Equal(before.Lists.Select(list => list.Revision), answer.Lists.Select(list => list.Revision)));
        Assert.All([after, opened], answer => Assert.Equal(before.Lists.Select(list => list.Neighbours), answer.Lists.Select(list => list.Neighbours)));
    }

    [Fact]
    public async Task A_revision_grows_when_the_list_changes_and_only_then()
    {
        await using var directory = await CreateAsync(neighbours: 3);
        var random = new Random(3);
        var known = new Dictionary<Guid, NeighbourList>();
        Guid[] all = [.. Enumerable.Range(0, 40).Select(Id)];
        var (grown, kept, needless) = (0, 0, 0);
        for (var round = 0; round < 120; round++)
        {
            switch (random.Next(6))
            {
                case 0:
                    await directory.ReopenAsync();
                    break;
                case 1 when round % 40 == 39:
                    await directory.Index.DropCollectionAsync("c");
                    await directory.Index.EnsureCollectionAsync("c", Schema);
                    break;
                case < 4:
                    await directory.Index.UpsertAsync("c", [Points.Random(random.Next(40), random)]);
                    break;
                default:
                    await directory.Index.DeleteAsync("c", [Id(random.Next(40))]);
                    break;
            }

            foreach (var list in (await directory.Index.FindNeighboursAsync("c", new NeighbourQuery("cnn", all))).Lists)
            {
                if (known.TryGetValue(list.Id, out var before) && before.Neighbours.SequenceEqual(list.Neighbours))
                {
                    // A point written anew, with the same list by chance, may count as a change.
                    Assert.True(list.Revision >= before.Revision);
                    kept += list.Revision == before.Revision ? 1 : 0;
                    needless += list.Revision == before.Revision ? 0 : 1;
                }
                else if (before is not null)
                {
                    Assert.True(list.Revision > before.Revision, "the list changed and its revision did not grow");
                    grown++;
                }

                known[list.Id] = list;
            }
        }

        Assert.True(grown > 100, "few lists changed");
        Assert.True(needless < grown / 10 && kept > grown, $"of {grown + needless} growths {needless} were needless; {kept} lists kept their revision");
    }

    [Fact]
    public async Task A_graph_kept_with_another_k_is_made_anew()
    {
        await using var directory = await CreateAsync(neighbours: 2);
        await directory.Index.UpsertAsync("c", [At(1, 0), At(2, 10), At(3, 20), At(4, 30), At(5, 40)]);
        var before = (await AskAsync(directory.Index, 1)).Lists.Single();
        await directory.ReopenAsync(neighbours: 3);

        var after = (await AskAsync(directory.Index, 1)).Lists.Single();

        Assert.Equal([Id(2), Id(3)], before.Neighbours.Select(n => n.Id));
        Assert.Equal([Id(2), Id(3), Id(4)], after.Neighbours.Select(n => n.Id));
        Assert.True(after.Revision > before.Revision);
    }

    [Fact]
    public async Task A_cancelled_question_leaves_the_graph_right()
    {
        await using var directory = await CreateAsync();
        await directory.Index.UpsertAsync("c", [.. Enumerable.Range(0, 200).Select(i => At(i, i))]);
        using var cancelled = new CancellationTokenSource();
        var asking = directory.Index.FindNeighboursAsync("c", new NeighbourQuery("cnn", [Id(1)]), cancelled.Token);
        await cancelled.CancelAsync();
        await Record.ExceptionAsync(() => asking);

        Assert.True(asking.IsCanceled || asking.IsCompletedSuccessfully);
        await GraphComparison.CompareAsync(directory.Index, await ModelAsync(directory.Index), "cnn", [.. Enumerable.Range(0, 200).Select(Id)]);
    }

    [Fact]
    public async Task Recovers_when_the_database_refuses_a_list()
    {
        await using var directory = await CreateAsync(neighbours: 3);
        await directory.Index.UpsertAsync("c", [.. Enumerable.Range(0, 40).Select(i => At(i, i * 3))]);
        await AskAsync(directory.Index, 1);
        await directory.Index.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(directory.Path, "index.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                CREATE TRIGGER refuse BEFORE INSERT ON lists WHEN new.id = x'{Id(66):N}'
                BEGIN SELECT RAISE(FAIL, 'disk on fire'); END
                """;
            command.ExecuteNonQuery();
        }

        await directory.ReopenAsync();
        await AskAsync(directory.Index, 1);
        await directory.Index.UpsertAsync("c", [At(66, 31), At(67, 32)]);
        await directory.Index.DeleteAsync("c", [Id(10)]);
        await Assert.ThrowsAsync<SqliteException>(() => AskAsync(directory.Index, 67));
        await Assert.ThrowsAsync<SqliteException>(() => AskAsync(directory.Index, 67));

        await directory.Index.DeleteAsync("c", [Id(66)]);
        for (var opened = 1; opened <= 2; opened++)
        {
            await GraphComparison.CompareAsync(directory.Index, await ModelAsync(directory.Index), "cnn", [.. Enumerable.Range(0, 70).Select(Id)]);
            await directory.ReopenAsync();
        }
    }

    /// <summary>The points of an index, for a comparison by <see cref="GraphComparison"/>.</summary>
    internal static async Task<BruteForce> ModelAsync(EmbeddedVectorIndex index)
    {
        var model = new BruteForce();
        foreach (var point in (await index.ScanAsync("c", null, int.MaxValue)).Points)
        {
            model.Upsert(point);
        }

        return model;
    }

    private static async Task<IndexDirectory> CreateAsync(int neighbours = 10)
    {
        var directory = new IndexDirectory(neighbours: neighbours);
        await directory.Index.EnsureCollectionAsync("c", Schema);
        return directory;
    }

    private static Task<NeighbourAnswer> AskAsync(EmbeddedVectorIndex index, params int[] ids) =>
        index.FindNeighboursAsync("c", new NeighbourQuery("cnn", [.. ids.Select(Id)]));

    /// <summary>A point in the cnn space at an angle in degrees.</summary>
    private static IndexPoint At(int id, double degrees, string tenant = "default")
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        return Point(Id(id), Payload(tenant), ("cnn", new DenseVector([(float)cos, (float)sin, 0, 0, 0])));
    }
}
