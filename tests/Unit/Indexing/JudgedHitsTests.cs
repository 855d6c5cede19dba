using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing.Verdicts;
using Pipeline.Tests.Unit.Catalog;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

public sealed class JudgedHitsTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _query = Guid.NewGuid();
    private readonly Guid _hit = Guid.NewGuid();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Theory]
    [InlineData(PairVerdicts.Same, MatchKinds.Similar, MatchKinds.NearDuplicate, PairVerdicts.Same)]
    [InlineData(PairVerdicts.Same, MatchKinds.Duplicate, MatchKinds.Duplicate, null)]
    [InlineData(PairVerdicts.NotSame, MatchKinds.NearDuplicate, MatchKinds.Similar, PairVerdicts.NotSame)]
    [InlineData(PairVerdicts.NotSame, MatchKinds.Similar, MatchKinds.Similar, PairVerdicts.NotSame)]
    [InlineData(PairVerdicts.Withdrawn, MatchKinds.NearDuplicate, MatchKinds.NearDuplicate, null)]
    public async Task A_hit_is_to_the_query_what_people_say(string verdict, string match, string expected, string? told)
    {
        await PutAsync(verdict);

        var judged = await JudgedHits.ReadAsync(_catalog.Images, CatalogFixture.Collection, _query, None);

        var hit = judged.Apply(new SearchHit { ImageId = _hit, Score = 1, Match = match });
        Assert.Equal((expected, told), (hit.Match, hit.Verdict));
    }

    [Fact]
    public async Task A_query_that_is_no_image_of_the_collection_has_no_verdicts() =>
        Assert.Same(JudgedHits.None, await JudgedHits.ReadAsync(_catalog.Images, CatalogFixture.Collection, Guid.NewGuid(), None));

    private Task PutAsync(string verdict) => _catalog.Images.UpdateAsync(
        CatalogFixture.Collection,
        _query,
        _ => new ImageRecord
        {
            ImageId = _query, Collection = CatalogFixture.Collection, Status = ImageStatus.Indexed,
            Verdicts = [new PairVerdict(_hit, 1, verdict, "otto", DateTimeOffset.UnixEpoch)],
        },
        None);
}
