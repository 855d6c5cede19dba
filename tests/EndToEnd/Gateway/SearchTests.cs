using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class SearchTests(StandaloneFixture standalone) : IAsyncLifetime
{
    private const string Gallery = "gallery";
    private const int Scenes = 6;
    private readonly GatewayClient _gateway = standalone.Client;
    private Guid[] _ids = [];

    public async Task InitializeAsync()
    {
        await _gateway.CreateCollectionAsync(Gallery);
        // The same bytes are the same images, so every test may ask for the gallery.
        var uploads = new List<Guid>();
        for (var number = 0; number < Scenes; number++)
        {
            uploads.Add((await _gateway.UploadAsync(Gallery, Pictures.Scene(number), "", ("labels", number % 2 == 0 ? "even" : "odd"))).Id);
        }

        foreach (var id in uploads)
        {
            await _gateway.WaitAsync(Gallery, id, "indexed");
        }

        _ids = [.. uploads];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(SearchModes.Cnn)]
    [InlineData(SearchModes.Hash)]
    public async Task The_same_bytes_are_found_first_as_a_duplicate(string mode)
    {
        var answer = await _gateway.SearchAsync(Gallery, Pictures.Scene(2), "", ("mode", mode));

        answer.AssertOk();
        Assert.Equal(_ids.Order(), answer.HitIds.Order());
        Assert.Equal((_ids[2], MatchKinds.Duplicate), (answer.HitIds[0], (string?)answer.Hits[0]["match"]));
        Assert.InRange((double)answer.Hits[0]["score"]!, 0.999, 1.001);
        Assert.All(answer.Hits.Skip(1), hit => Assert.Equal(MatchKinds.Similar, (string?)hit["match"]));
        Assert.Equal(answer.Hits.Select(hit => (double)hit["score"]!).OrderDescending(), answer.Hits.Select(hit => (double)hit["score"]!));
        if (mode == SearchModes.Hash)
        {
            Assert.Equal(0, (int?)answer.Hits[0]["hammingDistance"]);
            Assert.All(answer.Hits, hit => Assert.NotNull(hit["hammingDistance"]));
            Assert.NotNull(answer.Body["encoderVersion"]);
        }

        var timings = answer.Body["timingsMs"]!.AsObject();
        Assert.All((string[])["features", "index", "total"], step => Assert.True((double)timings[step]! > 0));
        Assert.NotNull(answer.Body["modelVersion"]);
    }

    [Theory]
    [InlineData(SearchModes.Cnn)]
    [InlineData(SearchModes.Hash)]
    public async Task An_image_of_the_collection_is_a_query_by_its_id(string mode)
    {
        var answer = await _gateway.SearchAsync(Gallery, new JsonObject { ["imageId"] = _ids[3], ["mode"] = mode, ["limit"] = 3 });

        answer.AssertOk();
        Assert.Equal(3, answer.Hits.Count);
        Assert.Equal((_ids[3], MatchKinds.Duplicate), (answer.HitIds[0], (string?)answer.Hits[0]["match"]));
    }

    [Fact]
    public async Task A_picture_inline_finds_what_it_finds_in_a_form()
    {
        var picture = Pictures.Copy(Pictures.Scene(1));

        var inline = await _gateway.SearchAsync(Gallery, new JsonObject { ["image"] = Convert.ToBase64String(picture) });
        var form = await _gateway.SearchAsync(Gallery, picture);

        inline.AssertOk();
        Assert.Equal(form.HitIds, inline.HitIds);
        Assert.Equal(form.Hits.Select(h => (double)h["score"]!), inline.Hits.Select(h => (double)h["score"]!));
    }

    [Theory]
    [InlineData(SearchModes.Cnn)]
    [InlineData(SearchModes.Hash)]
    public async Task A_label_limits_the_hits_even_to_none(string mode)
    {
        var odd = await _gateway.SearchAsync(Gallery, new JsonObject
        {
            ["imageId"] = _ids[0],
            ["mode"] = mode,
            ["filter"] = new JsonObject { ["labels"] = new JsonArray("odd") },
        });
        odd.AssertOk();
        Assert.Equal(((Guid[])[_ids[1], _ids[3], _ids[5]]).Order(), odd.HitIds.Order());

        var none = await _gateway.SearchAsync(Gallery, Pictures.Scene(0), "", ("mode", mode), ("labels", "even,odd"));
        none.AssertOk();
        Assert.Empty(none.Hits);
    }

    [Theory]
    [InlineData(SearchModes.Cnn)]
    [InlineData(SearchModes.Hash)]
    public async Task A_copy_is_a_near_duplicate_once_it_is_verified_and_another_picture_is_not(string mode)
    {
        foreach (var copy in (byte[][])[Pictures.Copy(Pictures.Scene(0)), Pictures.Recompressed(Pictures.Scene(0))])
        {
            var plain = await _gateway.SearchAsync(Gallery, copy, "", ("mode", mode));
            plain.AssertOk();
            Assert.All(plain.Hits, hit => Assert.Equal(MatchKinds.Similar, (string?)hit["match"]));

            var verified = await _gateway.SearchAsync(Gallery, copy, "", ("mode", mode), ("rerank", RerankModes.Geometric));
            verified.AssertOk();
            Assert.Equal((_ids[0], MatchKinds.NearDuplicate), (verified.HitIds[0], (string?)verified.Hits[0]["match"]));
            Assert.True((int)verified.Hits[0]["inliers"]! > 0);
            Assert.All(verified.Hits.Skip(1), hit => Assert.Equal(MatchKinds.Similar, (string?)hit["match"]));
            Assert.True((double)verified.Body["timingsMs"]!["rerank"]! > 0);
        }
    }

    [Fact]
    public async Task A_verified_search_by_id_keeps_the_image_itself_first()
    {
        var answer = await _gateway.SearchAsync(Gallery, new JsonObject { ["imageId"] = _ids[0], ["rerank"] = RerankModes.Geometric });

        answer.AssertOk();
        Assert.Equal((_ids[0], MatchKinds.Duplicate), (answer.HitIds[0], (string?)answer.Hits[0]["match"]));
    }

    [Fact]
    public async Task A_verified_search_by_an_image_without_SIFT_features_answers_its_hits_unverified()
    {
        const string Partial = "partial";
        await _gateway.CreateCollectionAsync(Partial);
        var query = await _gateway.IndexAsync(Partial, Pictures.Scene(0));
        var copy = await _gateway.IndexAsync(Partial, Pictures.Recompressed(Pictures.Scene(0)));
        var body = new JsonObject { ["imageId"] = query, ["rerank"] = RerankModes.Geometric };
        Assert.Equal(MatchKinds.NearDuplicate, (string?)(await _gateway.SearchAsync(Partial, body)).Hits[1]["match"]);

        // As if SIFT extraction had rejected the picture.
        await foreach (var blob in standalone.Blobs.ListAsync(BlobKeys.FeaturesPrefix(Partial, query), CancellationToken.None))
        {
            if (blob.Key.Contains("sift", StringComparison.Ordinal))
            {
                Assert.True(await standalone.Blobs.DeleteAsync(blob.Key, CancellationToken.None));
            }
        }

        var answer = await _gateway.SearchAsync(Partial, body);

        answer.AssertOk();
        Assert.Equal([query, copy], answer.HitIds);
        Assert.Equal([MatchKinds.Duplicate, MatchKinds.Similar], answer.Hits.Select(hit => (string?)hit["match"]));
        Assert.All(answer.Hits, hit => Assert.Equal(0, (int?)hit["inliers"]));
    }

    [Fact]
    public async Task Tenants_do_not_find_each_other()
    {
        await _gateway.CreateCollectionAsync("shared");
        var ours = await _gateway.IndexAsync("shared", Pictures.Drawn(300), "?tenant=ours");
        var theirs = await _gateway.IndexAsync("shared", Pictures.Drawn(300), "?tenant=theirs");

        Assert.NotEqual(ours, theirs);
        Assert.Equal([ours], (await _gateway.SearchAsync("shared", Pictures.Drawn(300), "?tenant=ours")).HitIds);
        Assert.Equal([theirs], (await _gateway.SearchAsync("shared", Pictures.Drawn(300), "?tenant=theirs")).HitIds);
        Assert.Empty((await _gateway.SearchAsync("shared", Pictures.Drawn(300))).HitIds);
        (await _gateway.SearchAsync("shared", new JsonObject { ["imageId"] = ours }, "?tenant=theirs")).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
    }

    [Fact]
    public async Task A_deleted_image_is_found_no_more()
    {
        await _gateway.CreateCollectionAsync("shrinking");
        var kept = await _gateway.IndexAsync("shrinking", Pictures.Drawn(310));
        var deleted = await _gateway.IndexAsync("shrinking", Pictures.Drawn(311));
        Assert.Equal(2, (await _gateway.SearchAsync("shrinking", Pictures.Drawn(311))).Hits.Count);

        await _gateway.SendAsync(HttpMethod.Delete, $"v1/collections/shrinking/images/{deleted}");
        await Eventually.TrueAsync(async () => (await _gateway.GetAsync($"v1/collections/shrinking/images/{deleted}")).Status == HttpStatusCode.NotFound);

        foreach (var mode in (string[])[SearchModes.Cnn, SearchModes.Hash])
        {
            Assert.Equal([kept], (await _gateway.SearchAsync("shrinking", Pictures.Drawn(311), "", ("mode", mode))).HitIds);
        }

        (await _gateway.SearchAsync("shrinking", new JsonObject { ["imageId"] = deleted })).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
    }

    [Fact]
    public async Task An_empty_collection_answers_no_hits()
    {
        await _gateway.CreateCollectionAsync("empty");

        var answer = await _gateway.SearchAsync("empty", Pictures.Drawn(1), "", ("rerank", RerankModes.Geometric));

        answer.AssertOk();
        Assert.Empty(answer.Hits);
        (await _gateway.SearchAsync("never-created", Pictures.Drawn(1))).AssertProblem(HttpStatusCode.NotFound, RejectionReasons.UnknownCollection);
    }

    [Theory]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\" }", HttpStatusCode.NotFound, RefusalReasons.UnknownImage)]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\", \"mode\": \"surf\" }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\", \"mode\": null }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\", \"limit\": 0 }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\", \"limit\": 1001 }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\", \"limit\": \"ten\" }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"imageId\": \"0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01\", \"rerank\": \"best\" }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"imageId\": \"no id\" }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"image\": \"bm8gcGljdHVyZQ==\" }", HttpStatusCode.UnsupportedMediaType, RejectionReasons.UnsupportedFormat)]
    [InlineData("{ \"image\": \"*\" }", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"image\": \"\" }", HttpStatusCode.UnprocessableEntity, RejectionReasons.EmptyFile)]
    [InlineData("{", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    public async Task A_search_that_cannot_be_answered_says_why(string body, HttpStatusCode status, string reason) =>
        (await _gateway.PostTextAsync($"v1/collections/{Gallery}/search", body)).AssertProblem(status, reason);

    [Fact]
    public async Task A_form_that_cannot_be_answered_says_why()
    {
        var picture = Pictures.Scene(0);
        (await _gateway.SearchAsync(Gallery, "text"u8.ToArray())).AssertProblem(HttpStatusCode.UnsupportedMediaType, RejectionReasons.UnsupportedFormat);
        (await _gateway.SearchAsync(Gallery, picture[..(picture.Length / 2)])).AssertProblem(HttpStatusCode.UnprocessableEntity, RejectionReasons.CorruptImage);
        (await _gateway.SearchAsync(Gallery, picture, "", ("limit", "-1"))).AssertProblem(HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest);
        (await _gateway.SearchAsync(Gallery, picture, "", ("mode", "best"))).AssertProblem(HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest);
        (await _gateway.SearchAsync(Gallery, new byte[StandaloneFixture.MaxRequestBytes])).AssertProblem(HttpStatusCode.RequestEntityTooLarge, RejectionReasons.TooManyBytes);
        (await _gateway.PostTextAsync($"v1/collections/{Gallery}/search", "x", "text/plain")).AssertProblem(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }
}
