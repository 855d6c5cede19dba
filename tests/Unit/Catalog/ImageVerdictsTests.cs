using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

/// <summary>What people say of pairs, in the records of both images and in their manifests.</summary>
public sealed class ImageVerdictsTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _two = Guid.NewGuid();

    public async Task InitializeAsync()
    {
        await _catalog.Collections.CreateAsync(Collection, None);
        await PutAsync(_one);
        await PutAsync(_two);
    }

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task Both_images_remember_what_was_said_and_by_whom_and_when()
    {
        var judged = await JudgeAsync(PairVerdicts.NotSame, Noon);

        Assert.Equal(new PairVerdict(_two, 1, PairVerdicts.NotSame, "otto", Noon), judged?.Verdict);
        Assert.Equal(new PairVerdict(_two, 1, PairVerdicts.NotSame, "otto", Noon), Assert.Single((await RecordAsync(_one)).Verdicts));
        Assert.Equal(new PairVerdict(_one, 1, PairVerdicts.NotSame, "otto", Noon), Assert.Single((await RecordAsync(_two)).Verdicts));
    }

    [Fact]
    public async Task The_latest_verdict_counts_whatever_the_order_in_which_they_come()
    {
        await JudgeAsync(PairVerdicts.Same, Noon.AddMinutes(2));
        await JudgeAsync(PairVerdicts.NotSame, Noon.AddMinutes(1));
        await JudgeAsync(PairVerdicts.Same, Noon.AddMinutes(2));
        Assert.Equal(PairVerdicts.Same, (await RecordAsync(_one)).Standing()[_two]);

        await _catalog.Verdicts.JudgeAsync(Command(_two, _one, PairVerdicts.Withdrawn, Noon.AddMinutes(3)), None);
        await JudgeAsync(PairVerdicts.Same, Noon.AddMinutes(2));
        Assert.Empty((await RecordAsync(_one)).Standing());
        Assert.Empty((await RecordAsync(_two)).Standing());
    }

    [Theory]
    [InlineData(PairVerdicts.Same, PairVerdicts.NotSame)]
    [InlineData(PairVerdicts.NotSame, PairVerdicts.Same)]
    public async Task Of_two_verdicts_of_one_moment_both_images_take_the_same(string first, string second)
    {
        await JudgeAsync(first, Noon);
        await JudgeAsync(second, Noon);

        Assert.Equal(PairVerdicts.Same, (await RecordAsync(_one)).Standing()[_two]);
        Assert.Equal(PairVerdicts.Same, (await RecordAsync(_two)).Standing()[_one]);
    }

    [Fact]
    public async Task A_catalog_that_lost_everything_has_the_verdicts_again_from_the_manifests()
    {
        await JudgeAsync(PairVerdicts.NotSame, Noon);
        var manifest = (await _catalog.Restoration.ReadAsync(Collection, _one, 1, None))!;
        await _catalog.Images.ForgetAsync(Collection, _one, None);

        await _catalog.Restoration.RestoreAsync(manifest, None);

        Assert.Equal(PairVerdicts.NotSame, (await RecordAsync(_one)).Standing()[_two]);
    }

    [Fact]
    public async Task With_an_image_go_the_verdicts_on_it_even_from_one_that_the_catalog_has_lost()
    {
        var three = Guid.NewGuid();
        await PutAsync(three);
        await JudgeAsync(PairVerdicts.Same, Noon);
        await _catalog.Verdicts.JudgeAsync(Command(_one, three, PairVerdicts.Same, Noon), None);
        await _catalog.Images.ForgetAsync(Collection, three, None);

        await _catalog.Verdicts.RemoveAsync(await RecordAsync(_one), None);

        Assert.Empty((await RecordAsync(_two)).Verdicts);
        foreach (var left in (Guid[])[_two, three])
        {
            Assert.Empty((await _catalog.Restoration.ReadAsync(Collection, left, 1, None))!.Verdicts);
        }
    }

    [Fact]
    public async Task A_verdict_that_comes_when_one_of_the_images_is_being_deleted_leaves_nothing_with_the_other()
    {
        await JudgeAsync(PairVerdicts.Same, Noon);
        await _catalog.Images.UpdateAsync(Collection, _one, record => record! with { Status = ImageStatus.Deleting }, None);

        Assert.Null(await JudgeAsync(PairVerdicts.NotSame, Noon.AddMinutes(1)));

        Assert.Empty((await RecordAsync(_two)).Verdicts);
    }

    [Fact]
    public async Task A_verdict_on_an_earlier_life_says_nothing_of_the_next()
    {
        await PutAsync(_one, life: 2);

        Assert.Null(await _catalog.Verdicts.JudgeAsync(Command(_one, _two, PairVerdicts.Same, Noon) with { FirstIncarnation = 1 }, None));

        Assert.Empty((await RecordAsync(_one)).Verdicts);
        Assert.Empty((await RecordAsync(_two)).Verdicts);
    }

    [Fact]
    public async Task Images_of_two_tenants_are_not_compared()
    {
        await _catalog.Images.UpdateAsync(Collection, _two, record => record! with { Tenant = "other" }, None);

        Assert.Null(await JudgeAsync(PairVerdicts.Same, Noon));

        Assert.Empty((await RecordAsync(_one)).Verdicts);
    }

    [Fact]
    public void An_image_remembers_so_many_verdicts_and_forgets_first_what_was_withdrawn()
    {
        var full = Enumerable.Range(0, VerdictList.Max).Aggregate(
            CatalogFixture.Record(), (record, i) => record.With(new PairVerdict(Guid.NewGuid(), 1, i == 7 ? PairVerdicts.Withdrawn : PairVerdicts.Same, "otto", Noon.AddMinutes(i))));
        Assert.Equal(VerdictList.Max, full.Verdicts.Count);

        var next = full.With(new PairVerdict(_one, 1, PairVerdicts.Same, "otto", Noon));
        Assert.Equal((VerdictList.Max, VerdictList.Max), (next.Verdicts.Count, next.Standing().Count));
        Assert.False(next.HasRoomFor(_two));
        Assert.Same(next, next.With(new PairVerdict(_two, 1, PairVerdicts.Same, "otto", Noon)));
        Assert.Equal(PairVerdicts.NotSame, next.With(new PairVerdict(_one, 1, PairVerdicts.NotSame, "otto", Noon.AddMinutes(1))).Standing()[_one]);
    }

    [Fact]
    public void Two_images_are_judged_that_are_there_of_one_tenant_and_have_room()
    {
        var (one, two) = (new ImageRecord { ImageId = _one, Collection = Collection, Status = ImageStatus.Indexed }, new ImageRecord { ImageId = _two, Collection = Collection, Status = ImageStatus.Indexed, Incarnation = 2 });
        Assert.Null(ImageVerdicts.ObjectionTo(one, two));
        Assert.Null(ImageVerdicts.ObjectionTo(one, two, 1, 2));
        foreach (var objection in (string?[])
        [
            ImageVerdicts.ObjectionTo(null, two),
            ImageVerdicts.ObjectionTo(one, null),
            ImageVerdicts.ObjectionTo(one, two, secondLife: 1),
            ImageVerdicts.ObjectionTo(one with { Status = ImageStatus.Deleting }, two),
            ImageVerdicts.ObjectionTo(one, two with { Tenant = "other" }),
        ])
        {
            Assert.Equal(RefusalReasons.UnknownImage, objection);
        }

        var full = Enumerable.Range(0, VerdictList.Max).Aggregate(one, (record, _) => record.With(new PairVerdict(Guid.NewGuid(), 1, PairVerdicts.Same, "otto", Noon)));
        Assert.Equal(RefusalReasons.TooManyVerdicts, ImageVerdicts.ObjectionTo(full, two));
        Assert.Equal(RefusalReasons.TooManyVerdicts, ImageVerdicts.ObjectionTo(two, full));
        Assert.Null(ImageVerdicts.ObjectionTo(full, two with { ImageId = full.Verdicts[0].OtherId }));
    }

    private async Task PutAsync(Guid id, int life = 1)
    {
        var record = await _catalog.Images.UpdateAsync(
            Collection,
            id,
            _ => new ImageRecord { ImageId = id, Collection = Collection, Status = ImageStatus.Indexed, Incarnation = life, ContentHash = id.ToString("N") + id.ToString("N") },
            None);
        await _catalog.Manifests.KeepAsync(record!, None);
    }

    private Task<JudgedPair?> JudgeAsync(string verdict, DateTimeOffset at) => _catalog.Verdicts.JudgeAsync(Command(_one, _two, verdict, at), None);

    private static JudgePair Command(Guid first, Guid second, string verdict, DateTimeOffset at) =>
        new() { Collection = Collection, FirstId = first, SecondId = second, Verdict = verdict, By = "otto", At = at };

    private async Task<ImageRecord> RecordAsync(Guid id) => (await _catalog.Images.GetAsync(Collection, id, None))!;
}
