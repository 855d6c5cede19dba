using System.Net;
using Pipeline.Contracts.Queries;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class ListTests(StandaloneFixture standalone)
{
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task Pages_hold_every_image_once_whatever_arrives_meanwhile()
    {
        await _gateway.CreateCollectionAsync("listed");
        var uploaded = new List<Guid>();
        foreach (var number in Enumerable.Range(200, 5))
        {
            uploaded.Add((await _gateway.UploadAsync("listed", Pictures.Drawn(number))).Id);
        }

        foreach (var id in uploaded)
        {
            await _gateway.WaitAsync("listed", id, "indexed");
        }

        var first = await PageAsync("listed", "status=indexed&limit=2");
        Assert.Equal(5, (long)first.Body["total"]!);
        var late = await _gateway.IndexAsync("listed", Pictures.Drawn(299));
        var seen = new List<Guid>(IdsOf(first));
        var cursor = (string?)first.Body["nextCursor"];
        while (cursor is not null)
        {
            var page = await PageAsync("listed", $"status=indexed&limit=2&cursor={Uri.EscapeDataString(cursor)}");
            Assert.InRange(IdsOf(page).Count, 1, 2);
            seen.AddRange(IdsOf(page));
            cursor = (string?)page.Body["nextCursor"];
        }

        Assert.Equal(uploaded.Order(), seen.Order());
        Assert.Equal(late, IdsOf(await PageAsync("listed", "limit=1"))[0]);
    }

    [Fact]
    public async Task Images_are_listed_by_status()
    {
        await _gateway.CreateCollectionAsync("by-status");
        var indexed = await _gateway.IndexAsync("by-status", Pictures.Drawn(210));
        var rejected = await _gateway.UploadAsync("by-status", "not a picture"u8.ToArray());
        await _gateway.WaitAsync("by-status", rejected.Id, "rejected");

        Assert.Equal([indexed], IdsOf(await PageAsync("by-status", "status=indexed")));
        Assert.Equal([rejected.Id], IdsOf(await PageAsync("by-status", "status=rejected")));
        Assert.Empty(IdsOf(await PageAsync("by-status", "status=processing")));
    }

    [Fact]
    public async Task A_tenant_lists_its_own_images_only()
    {
        await _gateway.CreateCollectionAsync("by-tenant");
        var ours = await _gateway.IndexAsync("by-tenant", Pictures.Drawn(220), "?tenant=ours");
        var theirs = await _gateway.IndexAsync("by-tenant", Pictures.Drawn(221), "?tenant=theirs");

        foreach (var (tenant, image) in ((string, Guid)[])[("ours", ours), ("theirs", theirs)])
        {
            var page = await PageAsync("by-tenant", $"tenant={tenant}&limit=1");
            Assert.Equal([image], IdsOf(page));
            Assert.Equal(1, (long)page.Body["total"]!);
        }

        Assert.Empty(IdsOf(await PageAsync("by-tenant", "")));
    }

    [Fact]
    public async Task A_deleted_image_leaves_the_list_and_its_address()
    {
        await _gateway.CreateCollectionAsync("deleted-from");
        var id = await _gateway.IndexAsync("deleted-from", Pictures.Drawn(230));

        Assert.Equal(HttpStatusCode.Accepted, (await _gateway.SendAsync(HttpMethod.Delete, $"v1/collections/deleted-from/images/{id}")).Status);

        await Eventually.TrueAsync(async () => (await _gateway.GetAsync($"v1/collections/deleted-from/images/{id}")).Status == HttpStatusCode.NotFound);
        Assert.Empty(IdsOf(await PageAsync("deleted-from", "status=indexed")));
        Assert.Equal([id], IdsOf(await PageAsync("deleted-from", "status=deleted")));
        (await _gateway.SendAsync(HttpMethod.Delete, $"v1/collections/deleted-from/images/{id}")).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
    }

    [Theory]
    [InlineData("status=lost")]
    [InlineData("status=1")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=many")]
    [InlineData("cursor=elsewhere")]
    public async Task A_bad_question_is_refused(string query)
    {
        await _gateway.CreateCollectionAsync("listed");
        (await _gateway.GetAsync($"v1/collections/listed/images?{query}")).AssertProblem(HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest);
    }

    private async Task<Answer> PageAsync(string collection, string query)
    {
        var page = await _gateway.GetAsync($"v1/collections/{collection}/images?{query}");
        page.AssertOk();
        return page;
    }

    private static List<Guid> IdsOf(Answer page) => [.. page.Body["images"]!.AsArray().Select(image => Guid.Parse((string)image!["id"]!))];
}
