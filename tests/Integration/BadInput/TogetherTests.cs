using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Tests.Integration.Pipelines;
using Xunit;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Everything bad at once, among good pictures: it costs nobody else anything.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class TogetherTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private readonly TestPipeline _pipeline = fixture.Pipeline;

    [Fact]
    public async Task Bad_input_harms_no_good_picture_and_leaves_no_message_behind()
    {
        var good = new List<Guid>();
        var bad = new List<(Guid Upload, string Reason)>();
        foreach (var (reason, make) in BadFiles.Refused.Values)
        {
            bad.Add((await _pipeline.UploadAsync(new { uri = _pipeline.Write($"{Guid.NewGuid():N}.jpg", make()) }), reason));
            good.Add(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        }

        foreach (var name in BadEvents.Refused.Keys)
        {
            var id = Guid.NewGuid();
            await _pipeline.PublishAsync(BadEvents.Body(name, id));
            bad.Add((id, BadEvents.Refused[name].Reason));
        }

        foreach (var body in BadEvents.Unreadable)
        {
            var id = Guid.NewGuid();
            await _pipeline.PublishAsync(body, messageId: id.ToString());
            bad.Add((id, RejectionReasons.MalformedEvent));
        }

        foreach (var (upload, reason) in bad)
        {
            Assert.Equal(reason, await ReasonAsync(upload));
        }

        foreach (var upload in good)
        {
            Assert.Equal(ImageStatus.Indexed, (await _pipeline.FinishedAsync(upload)).Status);
        }

        // Error and quarantine queues are queues too: empty means that nothing was given up or killed its worker.
        await _pipeline.QuietAsync();
        Assert.Equal(ImageStatus.Indexed, (await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }))).Status);
    }

    private async Task<string?> ReasonAsync(Guid uploadId)
    {
        var settled = await _pipeline.SettledAsync(uploadId);
        return settled.Status == UploadStatus.Rejected ? settled.Reason : (await _pipeline.FinishedAsync(uploadId)).RejectionReason;
    }
}
