using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Events that break the contract, come twice, or name the same picture.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class BadEventTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TestPipeline _pipeline = fixture.Pipeline;

    public static TheoryData<string> Refused => [.. BadEvents.Refused.Keys];

    public static TheoryData<string> Unreadable => [.. BadEvents.Unreadable];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task An_event_that_breaks_the_contract_is_rejected(string name)
    {
        var id = Guid.NewGuid();

        await _pipeline.PublishAsync(BadEvents.Body(name, id));

        var settled = await _pipeline.SettledAsync(id);
        Assert.Equal((UploadStatus.Rejected, BadEvents.Refused[name].Reason), (settled.Status, settled.Reason));
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_body_that_is_no_event_is_rejected_under_its_message_id(string body)
    {
        var id = Guid.NewGuid();

        await _pipeline.PublishAsync(body, messageId: id.ToString());

        var settled = await _pipeline.SettledAsync(id);
        Assert.Equal((UploadStatus.Rejected, RejectionReasons.MalformedEvent), (settled.Status, settled.Reason));
    }

    [Fact]
    public async Task The_same_event_twice_is_one_image()
    {
        var id = Guid.NewGuid();
        var source = new { bytes = Pictures.Unique() };

        await _pipeline.UploadAsync(source, externalId: "twice", uploadId: id);
        await _pipeline.UploadAsync(source, externalId: "twice", uploadId: id);
        var image = await _pipeline.FinishedAsync(id);
        await _pipeline.UploadAsync(source, externalId: "twice", uploadId: id);
        await _pipeline.QuietAsync();

        var settled = await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Indexed);
        Assert.Equal(1, settled.Incarnation);
        Assert.Equal(["twice"], settled.ExternalIds);
        Assert.Equal(1, settled.PayloadRevision);
    }

    [Fact]
    public async Task The_same_bytes_under_two_names_are_one_image_with_both()
    {
        var source = new { bytes = Pictures.Unique() };
        var uploads = new[] { await _pipeline.UploadAsync(source, externalId: "one"), await _pipeline.UploadAsync(source, externalId: "two") };

        var first = await _pipeline.FinishedAsync(uploads[0]);
        var second = await _pipeline.FinishedAsync(uploads[1]);

        Assert.Equal(first.ImageId, second.ImageId);
        await Eventually.TrueAsync(
            async ct => await _pipeline.PointAsync(first.ImageId, ct) is { } point && point.Payload.ExternalIds.Order().SequenceEqual(["one", "two"]),
            Patience,
            "Both names in the index");
    }
}
