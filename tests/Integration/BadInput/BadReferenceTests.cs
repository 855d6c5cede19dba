using System.Net;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Unit.Imaging;
using Xunit;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>References that try to get what they should not.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class BadReferenceTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private readonly TestPipeline _pipeline = fixture.Pipeline;

    [Theory]
    [InlineData("file:///pictures/../etc/passwd", RejectionReasons.InvalidReference)]
    [InlineData("file:///pictures/%2e%2e/etc/passwd", RejectionReasons.InvalidReference)]
    [InlineData("file:///pictures/..%2f..%2fetc/passwd", RejectionReasons.InvalidReference)]
    [InlineData("file:///pictures/a%00.jpg", RejectionReasons.InvalidReference)]
    [InlineData("file:///pictures\\..\\a.jpg", RejectionReasons.InvalidReference)]
    [InlineData("file:///etc/passwd", RejectionReasons.ForbiddenReference)]
    [InlineData("file:///no/such/folder/a.jpg", RejectionReasons.ForbiddenReference)]
    [InlineData("file://elsewhere/share/a.jpg", RejectionReasons.InvalidReference)]
    [InlineData("ftp://example.org/a.jpg", RejectionReasons.InvalidReference)]
    [InlineData("pictures/a.jpg", RejectionReasons.InvalidReference)]
    [InlineData("http://example.org/a.jpg", RejectionReasons.ForbiddenReference)]
    [InlineData("http://user:secret@private.test/a.jpg", RejectionReasons.ForbiddenReference)]
    [InlineData("http://localhost:1/a.jpg", RejectionReasons.ForbiddenReference)]
    [InlineData("http://[::1]:1/a.jpg", RejectionReasons.ForbiddenReference)]
    public async Task A_reference_beyond_what_is_allowed_is_rejected(string reference, string reason)
    {
        var settled = await _pipeline.SettledAsync(await _pipeline.UploadAsync(new { uri = reference }));

        Assert.Equal((UploadStatus.Rejected, reason), (settled.Status, settled.Reason));
    }

    [Fact]
    public async Task A_link_out_of_the_allowed_root_is_rejected()
    {
        var link = Path.Combine(_pipeline.Pictures, $"{Guid.NewGuid():N}.jpg");
        File.CreateSymbolicLink(link, "/etc/passwd");

        var settled = await _pipeline.SettledAsync(await _pipeline.UploadAsync(new { uri = new Uri(link).AbsoluteUri }));

        Assert.Equal(RejectionReasons.ForbiddenReference, settled.Reason);
    }

    [Fact]
    public async Task A_missing_file_below_the_root_is_rejected()
    {
        var missing = new Uri(Path.Combine(_pipeline.Pictures, "missing.jpg")).AbsoluteUri;

        var settled = await _pipeline.SettledAsync(await _pipeline.UploadAsync(new { uri = missing }));

        Assert.Equal(RejectionReasons.SourceNotFound, settled.Reason);
    }

    [Theory]
    [InlineData("incoming/../state.db")]
    [InlineData("features/x/y")]
    [InlineData("/etc/passwd")]
    public async Task An_object_key_outside_the_incoming_folder_is_rejected(string key)
    {
        var settled = await _pipeline.SettledAsync(await _pipeline.UploadAsync(new { objectKey = key }));

        Assert.Equal(RejectionReasons.InvalidReference, settled.Reason);
    }

    [Fact]
    public async Task A_picture_on_an_allowed_private_host_is_fetched()
    {
        var picture = TestImages.Encoded(Imaging.ImageFormat.Png);
        await using var server = await PictureServer.StartAsync(fixture.PictureHostPort, picture);

        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { uri = $"http://{IPAddress.Loopback}:{fixture.PictureHostPort}/a.png" }));

        Assert.Equal((ImageStatus.Indexed, (long)picture.Length), (image.Status, image.Bytes));
    }
}
