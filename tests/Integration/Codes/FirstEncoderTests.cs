using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Integration.Words;
using Xunit;

namespace Pipeline.Tests.Integration.Codes;

/// <summary>A collection that has grown large enough gets its encoder by itself.</summary>
[Collection(SharedServers.Learning)]
public sealed class FirstEncoderTests(SharedServers servers) : CodesFixture(servers, automatic: true)
{
    [Fact]
    public async Task The_first_encoder_comes_by_itself_once_there_are_enough_images_and_only_once()
    {
        var few = await UploadAsync(Scenes.Views(1, 39));
        await Pipeline.QuietAsync();
        Assert.Empty((await Encoders.GetAsync(TestPipeline.Collection, CancellationToken.None)).Trainings);

        var more = await UploadAsync(Scenes.Views(40, 10));
        await Pipeline.QuietAsync();

        var record = await Encoders.GetAsync(TestPipeline.Collection, CancellationToken.None);
        var training = Assert.Single(record.Trainings);
        Assert.Equal((record.Automatic!.Id, training.Id), (training.Id, record.Serving));
        var codes = await CodesInIndexAsync(await ServesAsync(training.Id));
        Assert.Equal(few.Concat(more).Select(image => image.ImageId).Order(), codes.Keys.Order());
    }
}
