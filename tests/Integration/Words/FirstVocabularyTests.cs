using Pipeline.Tests.Integration.Pipelines;
using Xunit;

namespace Pipeline.Tests.Integration.Words;

/// <summary>A collection that has grown large enough gets its vocabulary by itself.</summary>
[Collection(SharedServers.Learning)]
public sealed class FirstVocabularyTests(SharedServers servers) : WordsFixture(servers, automatic: true)
{
    [Fact]
    public async Task The_first_vocabulary_comes_by_itself_once_there_are_enough_images_with_features_and_only_once()
    {
        // Those without keypoints count as well: they have features, though none that teach anything.
        var few = await UploadAsync(Scenes.Views(1, 5));
        await Pipeline.QuietAsync();
        Assert.Empty((await Vocabularies.GetAsync(TestPipeline.Collection, CancellationToken.None)).Trainings);

        var more = await UploadAsync(Scenes.Views(6, 5));
        await Pipeline.QuietAsync();

        var record = await Vocabularies.GetAsync(TestPipeline.Collection, CancellationToken.None);
        var training = Assert.Single(record.Trainings);
        Assert.Equal((record.Automatic!.Id, training.Id), (training.Id, record.Serving));
        await HaveWordsAsync([.. few, .. more], await ServesAsync(training.Id));
    }
}
