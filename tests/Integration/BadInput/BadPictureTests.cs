using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Pipelines;
using Xunit;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Pictures as the world sends them, each through the whole pipeline over the broker.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class BadPictureTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private readonly TestPipeline _pipeline = fixture.Pipeline;

    public static TheoryData<string> Refused => [.. BadFiles.Refused.Keys];

    public static TheoryData<string> Accepted => [.. BadFiles.Accepted.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_that_cannot_be_used_is_rejected_with_its_reason(string name)
    {
        var (reason, make) = BadFiles.Refused[name];

        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { uri = _pipeline.Write($"{Guid.NewGuid():N}.jpg", make()) }));

        Assert.Equal((ImageStatus.Rejected, reason), (image.Status, image.RejectionReason));
        Assert.Null(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task An_odd_but_valid_picture_is_indexed(string name)
    {
        var (format, make) = BadFiles.Accepted[name];

        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { uri = _pipeline.Write($"{Guid.NewGuid():N}.bin", make()) }));

        Assert.Equal((ImageStatus.Indexed, format, 64, 48), (image.Status, image.Format, image.Width, image.Height));
        Assert.All(image.Stages.Values, stage => Assert.True(stage.Done));
        Assert.NotNull(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_only_one_branch_can_read_is_indexed_in_part()
    {
        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = BadFiles.HalfReadableTiff() }));

        Assert.Equal((ImageStatus.Indexed, false, RejectionReasons.CorruptImage), (image.Status, image.Stages[Stages.Sift].Done, image.Stages[Stages.Sift].Reason));
        Assert.Equal([Stages.Sift], ImageEvents.Indexed(image, null).MissingStages);
        Assert.NotNull(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
        using var gateway = new HttpClient { BaseAddress = _pipeline.Gateway };
        var status = await gateway.GetFromJsonAsync<JsonObject>(new Uri($"v1/collections/{TestPipeline.Collection}/images/{image.ImageId}", UriKind.Relative));
        Assert.True((bool)status!["partial"]!);
    }

    [Fact]
    public async Task A_rejected_file_uploaded_again_is_judged_again()
    {
        // One byte less than in the test above makes it another image.
        var uri = _pipeline.Write($"{Guid.NewGuid():N}.jpg", BadFiles.Truncated()[..^1]);
        var first = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { uri }));
        Assert.Equal((ImageStatus.Rejected, 1), (first.Status, first.Incarnation));
        var again = await _pipeline.SettledAsync(await _pipeline.UploadAsync(new { uri }));

        var second = await _pipeline.ReachedAsync(again.ImageId!.Value, record => record is { Incarnation: 2, Status: ImageStatus.Rejected });

        Assert.Equal((first.ImageId, first.RejectionReason), (second.ImageId, second.RejectionReason));
    }
}
