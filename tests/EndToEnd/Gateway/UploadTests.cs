using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

[Collection(StandaloneFixture.Collection)]
public sealed class UploadTests(StandaloneFixture standalone)
{
    private const string Images = "v1/collections/uploads/images";
    private readonly GatewayClient _gateway = standalone.Client;

    [Fact]
    public async Task A_collection_is_created_once_and_described()
    {
        Assert.Equal(HttpStatusCode.Created, (await _gateway.CreateCollectionAsync("created-once")).Status);
        var again = await _gateway.CreateCollectionAsync("created-once");
        again.AssertOk();
        Assert.Equal("created-once", (string?)again.Body["name"]);
        Assert.Equal(again.Text, (await _gateway.GetAsync("v1/collections/created-once")).Text);
        (await _gateway.GetAsync("v1/collections/never-created")).AssertProblem(HttpStatusCode.NotFound, RejectionReasons.UnknownCollection);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("-begins-badly")]
    [InlineData("with.dot")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_bad_name_is_refused(string name) =>
        (await _gateway.CreateCollectionAsync(name)).AssertProblem(HttpStatusCode.BadRequest, RejectionReasons.InvalidCollection);

    [Fact]
    public async Task An_uploaded_picture_goes_through_every_stage()
    {
        await _gateway.CreateCollectionAsync("uploads");
        var picture = Pictures.Scene(0);

        var upload = await _gateway.UploadAsync("uploads", picture, "", ("externalId", "camera-1/7.jpg"), ("labels", "sea, sky"), ("labels", "sun"));

        Assert.Equal(HttpStatusCode.Accepted, upload.Status);
        Assert.Equal(IdOf("uploads", Tenants.Default, picture), upload.Id);
        Assert.Equal($"/{Images}/{upload.Id}", upload.Headers["Location"]);
        var image = await _gateway.WaitAsync("uploads", upload.Id, "indexed");
        Assert.All((string[])["upload", "sift", "cnn", "hash", "index"], stage => Assert.Equal("done", (string?)image.Body["stages"]![stage]!["state"]));
        Assert.Equal(["camera-1/7.jpg"], image.Body["externalIds"]!.AsArray().Select(n => (string)n!));
        Assert.Equal(["sea", "sky", "sun"], image.Body["labels"]!.AsArray().Select(n => (string)n!));
        Assert.Equal(picture.Length, (int?)image.Body["bytes"]);
        Assert.True((int?)image.Body["width"] > 0);
        Assert.Equal(image.Text, (await _gateway.GetAsync($"{Images}/{upload.Body["uploadId"]}")).Text);
    }

    [Fact]
    public async Task A_file_reference_is_followed_and_its_upload_leads_to_the_image()
    {
        await _gateway.CreateCollectionAsync("uploads");
        var picture = Pictures.Drawn(101);
        var file = Path.Combine(standalone.Drop, "by-reference.jpg");
        await File.WriteAllBytesAsync(file, picture);

        var upload = await _gateway.PostJsonAsync(Images, new JsonObject
        {
            ["source"] = new JsonObject { ["uri"] = new Uri(file).AbsoluteUri },
            ["externalId"] = "by-reference",
        });

        Assert.Equal(HttpStatusCode.Accepted, upload.Status);
        Assert.Null(upload.Body["imageId"]);
        var image = await _gateway.WaitAsync("uploads", upload.Id, "indexed");
        Assert.Equal(IdOf("uploads", Tenants.Default, picture), image.Id);
    }

    [Fact]
    public async Task Inline_bytes_are_an_upload_too()
    {
        await _gateway.CreateCollectionAsync("uploads");
        var picture = Pictures.Drawn(102);

        var upload = await _gateway.PostJsonAsync(Images, new JsonObject { ["source"] = new JsonObject { ["bytes"] = Convert.ToBase64String(picture) } });

        Assert.Equal(IdOf("uploads", Tenants.Default, picture), upload.Id);
        await _gateway.WaitAsync("uploads", upload.Id, "indexed");
    }

    [Fact]
    public async Task A_rejected_upload_shows_its_reason_until_it_is_deleted()
    {
        await _gateway.CreateCollectionAsync("uploads");

        var upload = await _gateway.UploadAsync("uploads", "no picture at all, only text"u8.ToArray());

        Assert.Equal(HttpStatusCode.Accepted, upload.Status);
        var rejected = await _gateway.WaitAsync("uploads", upload.Id, "rejected");
        Assert.Equal(RejectionReasons.UnsupportedFormat, (string?)rejected.Body["rejectionReason"]);
        Assert.Equal("rejected", (string?)rejected.Body["stages"]!["upload"]!["state"]);
        var uploadId = Guid.Parse((string)upload.Body["uploadId"]!);
        Assert.Equal("rejected", (string?)(await _gateway.GetAsync($"{Images}/{uploadId}")).Body["status"]);

        Assert.Equal(HttpStatusCode.Accepted, (await _gateway.SendAsync(HttpMethod.Delete, $"{Images}/{uploadId}")).Status);
        await Eventually.TrueAsync(async () => (await _gateway.GetAsync($"{Images}/{uploadId}")).Status == HttpStatusCode.NotFound);
        (await _gateway.GetAsync($"{Images}/{upload.Id}")).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
    }

    [Fact]
    public async Task A_reference_outside_the_allowed_folders_is_rejected()
    {
        await _gateway.CreateCollectionAsync("uploads");

        var upload = await _gateway.PostJsonAsync(Images, new JsonObject { ["source"] = new JsonObject { ["uri"] = "file:///etc/hostname" } });

        var rejected = await _gateway.WaitAsync("uploads", upload.Id, "rejected");
        Assert.Equal(RejectionReasons.ForbiddenReference, (string?)rejected.Body["rejectionReason"]);
    }

    [Fact]
    public async Task Another_tenant_sees_neither_an_image_nor_a_rejected_upload()
    {
        await _gateway.CreateCollectionAsync("tenants");
        var image = await _gateway.IndexAsync("tenants", Pictures.Drawn(103), "?tenant=acme");
        var upload = await _gateway.UploadAsync("tenants", "text"u8.ToArray(), "?tenant=acme");
        await _gateway.WaitAsync("tenants", upload.Id, "rejected", "?tenant=acme");

        foreach (var id in (string[])[$"{image}", $"{upload.Id}", (string)upload.Body["uploadId"]!])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
            {
                (await _gateway.SendAsync(method, $"v1/collections/tenants/images/{id}")).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
            }
        }
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_with_and_without_a_length()
    {
        await _gateway.CreateCollectionAsync("uploads");
        var large = new byte[StandaloneFixture.MaxRequestBytes + 1];

        (await _gateway.UploadAsync("uploads", large)).AssertProblem(HttpStatusCode.RequestEntityTooLarge, RejectionReasons.TooManyBytes);

        using var chunked = GatewayClient.Form(large);
        using var stream = new StreamContent(new UnknownLength(await chunked.ReadAsStreamAsync()));
        stream.Headers.ContentType = chunked.Headers.ContentType;
        (await _gateway.SendAsync(HttpMethod.Post, Images, stream)).AssertProblem(HttpStatusCode.RequestEntityTooLarge, RejectionReasons.TooManyBytes);
    }

    [Theory]
    [InlineData("{ \"source\": ", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("null", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": null }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": {} }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"uri\": \"file:///x\", \"bytes\": \"AAAA\" } }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"objectKey\": \"incoming/x\" } }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"uri\": \"file:///x\" }, \"labels\": null }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"uri\": \"file:///x\" }, \"labels\": [null] }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"uri\": \"file:///x\" }, \"labels\": [\"\"] }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"bytes\": \"AAAA\" }, \"labels\": [\"two\\nlines\"] }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("{ \"source\": { \"uri\": \"file:///x\" }, \"externalId\": \"\" }", "application/json", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    [InlineData("a picture, honestly", "text/plain", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    [InlineData("file=x", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    [InlineData("no boundary", "multipart/form-data", HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest)]
    public async Task A_body_that_is_no_upload_is_refused(string body, string mediaType, HttpStatusCode status, string reason)
    {
        await _gateway.CreateCollectionAsync("uploads");
        (await _gateway.PostTextAsync(Images, body, mediaType)).AssertProblem(status, reason);
    }

    [Fact]
    public async Task A_form_that_is_no_upload_is_refused()
    {
        await _gateway.CreateCollectionAsync("uploads");
        var twice = GatewayClient.Form([1, 2, 3]);
        twice.Add(new ByteArrayContent([4, 5, 6]), "file", "second");
        var truncated = new ByteArrayContent(Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nbegins and"));
        truncated.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        HttpContent[] bodies =
        [
            GatewayClient.Form(null, ("labels", "x")),
            GatewayClient.Form([1], ("traffic", "urgent")),
            GatewayClient.Form([1], ("traffic", "7")),
            GatewayClient.Form([1], ("externalId", new string('x', 513))),
            GatewayClient.Form([1], ("labels", new string('x', 129))),
            GatewayClient.Form([1], ("labels", string.Join(',', Enumerable.Range(0, 65)))),
            twice,
            truncated,
        ];
        foreach (var body in bodies)
        {
            (await _gateway.SendAsync(HttpMethod.Post, Images, body)).AssertProblem(HttpStatusCode.BadRequest, RefusalReasons.InvalidRequest);
        }

        await foreach (var blob in standalone.Blobs.ListAsync(BlobKeys.IncomingPrefix, CancellationToken.None))
        {
            Assert.True(blob.Length != 1 || standalone.Leftovers.ContainsKey(blob.Key), $"{blob.Key} was left behind.");
        }
    }

    [Fact]
    public async Task What_lies_nowhere_is_not_found()
    {
        (await _gateway.UploadAsync("never-created", Pictures.Drawn(1))).AssertProblem(HttpStatusCode.NotFound, RejectionReasons.UnknownCollection);
        await _gateway.CreateCollectionAsync("uploads");
        (await _gateway.GetAsync($"{Images}/{Guid.NewGuid()}")).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
        (await _gateway.SendAsync(HttpMethod.Delete, $"{Images}/{Guid.NewGuid()}")).AssertProblem(HttpStatusCode.NotFound, RefusalReasons.UnknownImage);
        (await _gateway.GetAsync($"{Images}/no-id")).AssertProblem(HttpStatusCode.NotFound, "not-found");
        (await _gateway.SendAsync(HttpMethod.Patch, Images)).AssertProblem(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        (await _gateway.UploadAsync("uploads", Pictures.Drawn(1), "?tenant=No%20Name")).AssertProblem(HttpStatusCode.BadRequest, RejectionReasons.InvalidCollection);
    }

    [Fact]
    public async Task What_earlier_requests_left_is_swept_at_start_and_nothing_else()
    {
        foreach (var (key, swept) in standalone.Leftovers.Where(l => l.Value))
        {
            await Eventually.TrueAsync(async () => !await standalone.Blobs.ExistsAsync(key, CancellationToken.None));
        }

        foreach (var (key, _) in standalone.Leftovers.Where(l => !l.Value))
        {
            Assert.True(await standalone.Blobs.ExistsAsync(key, CancellationToken.None), key);
        }
    }

    private static Guid IdOf(string collection, string tenant, byte[] bytes) => ImageIdentity.Create(collection, tenant, ImageIdentity.HashContent(bytes));

    /// <summary>A stream that does not say how long it is, so that the body is sent in chunks.</summary>
    private sealed class UnknownLength(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
