using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Hashing;
using Pipeline.Messaging;
using Pipeline.Tests.Integration.BadInput;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Integration.Words;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Codes;

/// <summary>From a command to codes of a better encoder for every image, through the broker, while searches and uploads go on.</summary>
[Collection(SharedServers.Learning)]
public sealed class EncoderTests(SharedServers servers) : CodesFixture(servers)
{
    [Fact]
    public async Task A_better_encoder_takes_the_place_of_the_first_while_searches_and_uploads_go_on_and_codes_never_meet()
    {
        var images = (await UploadAsync(Scenes.Views(1, 45))).ToList();
        var first = (await GenerationAsync())!.EncoderVersion;
        await using var searching = new RepeatedSearch<SearchResults>(_ => SearchAsync(images[0].ImageId));

        await FoundByAsync(first);
        await using var reencoded = await Pipeline.TapAsync<ImageReencoded>();
        await using var indexed = await Pipeline.TapAsync<ImageIndexed>();
        var uploading = UploadAsync(Scenes.Views(101, 12));
        var second = await ServesAsync(await TrainAsync(Guid.NewGuid()));
        await FoundByAsync(second);
        images.AddRange(await uploading);
        var third = await PublishAsync(new RandomHyperplanes(576, 40, seed: 9).BuildModel(), bits: 40);
        await FoundByAsync(third);
        var answers = await searching.EndAsync();
        await Pipeline.QuietAsync();

        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        var codes = new Dictionary<string, Dictionary<Guid, byte[]>>();
        foreach (var version in new[] { first, second, third })
        {
            codes[version] = await CodesAsync(version, images);
        }

        Assert.Equal([first, second, third], answers.Select(answer => answer.EncoderVersion!).Distinct());
        Assert.All(answers, answer =>
        {
            var own = codes[answer.EncoderVersion!];
            Assert.True(answer.Hits.Count >= 45, $"{answer.Hits.Count} hits by {answer.EncoderVersion}");
            Assert.All(answer.Hits, hit => Assert.Equal(HammingDistance.Between(own[images[0].ImageId], own[hit.ImageId]), hit.HammingDistance));
        });
        var inIndex = await CodesInIndexAsync(third);
        Assert.Equal(images.Select(image => image.ImageId).Order(), inIndex.Keys.Order());
        Assert.All(inIndex, point => Assert.Equal(codes[third][point.Key], point.Value));

        // Who hears of indexed images hears of the new ones alone: codes concern nobody else.
        Assert.All(images.Take(45), image => Assert.Equal(0, indexed.CountOf(image.ImageId)));
        Assert.All(images.Skip(45), image => Assert.NotEqual(0, indexed.CountOf(image.ImageId)));
        Assert.All(images.Take(45), image => Assert.Equal(2, reencoded.CountOf(image.ImageId)));
        // Codes of encoders that serve no more go at the next look, and a busy machine looks less often.
        string[] names = [];
        await Eventually.TrueAsync(
            async () =>
            {
                names = [.. (await Pipeline.Index.ListCollectionsAsync()).Where(name => name.StartsWith(TestPipeline.Collection, StringComparison.Ordinal))];
                return names.SequenceEqual([$"{TestPipeline.Collection}-g1", $"{TestPipeline.Collection}-g1.{third}"]);
            },
            Patience,
            () => Task.FromResult(string.Join(' ', names)));

        Task FoundByAsync(string version) =>
            searching.UntilAsync(answers => answers.LastOrDefault()?.EncoderVersion == version, Patience, $"Answers by {version}");
    }

    [Fact]
    public async Task Every_message_of_the_way_may_come_again()
    {
        var images = await UploadAsync(Scenes.Views(1, 45));
        var first = (await GenerationAsync())!.EncoderVersion;
        var training = await TrainAsync(Guid.NewGuid());
        var version = await ServesAsync(training);
        await Pipeline.QuietAsync();
        var before = await CodesInIndexAsync(version);

        foreach (var image in images)
        {
            await Pipeline.SendAsync(StageEvents.Cnn(image));
            await Pipeline.SendAsync(StageEvents.Hash(image));
            foreach (var encoder in new[] { version, first })
            {
                await Pipeline.SendAsync(new EncodeImage
                {
                    Collection = image.Collection,
                    ImageId = image.ImageId,
                    FeatureKey = image.Stages[Stages.Cnn].FeatureKey!,
                    ModelVersion = image.Stages[Stages.Cnn].Version!,
                    EncoderVersion = encoder,
                }.About(image.ToHeader()));
            }
        }

        await TrainAsync(training);
        await Pipeline.SendAsync(new EncoderPublished { Collection = TestPipeline.Collection, EncoderVersion = version, Bits = Bits, CorrelationId = training });
        await Pipeline.QuietAsync();

        var generation = (await GenerationAsync())!;
        Assert.Equal((version, (EncoderChoice?)null), (generation.EncoderVersion, generation.NextEncoder));
        Assert.Single((await Encoders.GetAsync(TestPipeline.Collection, CancellationToken.None)).Trainings);
        var after = await CodesInIndexAsync(version);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(after, point => Assert.Equal(before[point.Key], point.Value));
    }

    [Fact]
    public async Task What_cannot_be_trained_fails_for_good_with_a_stable_reason_and_an_encoder_that_is_no_better_does_not_serve()
    {
        await UploadAsync(Scenes.Views(1, 45));
        var first = (await GenerationAsync())!.EncoderVersion;
        Assert.Equal(TrainingReasons.InvalidBits, (await EndedAsync(await TrainAsync(Guid.NewGuid(), bits: 33))).Reason);
        Assert.Equal(TrainingReasons.TooFewFeatures, (await EndedAsync(await TrainAsync(Guid.NewGuid(), bits: 256))).Reason);
        Assert.Equal(first, (await GenerationAsync())!.EncoderVersion);

        var version = await ServesAsync(await TrainAsync(Guid.NewGuid()));
        var again = await EndedAsync(await TrainAsync(Guid.NewGuid()));
        Assert.Equal((TrainingState.Done, false, version, again.Present!.Map), (again.State, again.Promoted, again.Version, again.Candidates[0].Map));
        await Pipeline.QuietAsync();
        Assert.Equal(version, (await GenerationAsync())!.EncoderVersion);
    }

    [Fact]
    public async Task A_query_is_encoded_by_the_encoder_it_names_and_refused_for_one_that_does_not_exist()
    {
        await UploadAsync(Scenes.Views(1, 45));
        var first = (await GenerationAsync())!.EncoderVersion;
        var second = await ServesAsync(await TrainAsync(Guid.NewGuid()));
        var embedding = new float[576];
        embedding[3] = 1;
        foreach (var version in new[] { first, second })
        {
            using var encoder = await EncoderAsync(version);
            var answer = await AskAsync<EncodeQuery, QueryCode>(new() { Embedding = embedding, ModelVersion = "m", EncoderVersion = version });
            Assert.Equal(encoder.Encode(embedding, 1), answer.Code);
            Assert.Equal(version, answer.EncoderVersion);
        }

        var refused = await Assert.ThrowsAsync<PermanentException>(() =>
            AskAsync<EncodeQuery, QueryCode>(new() { Embedding = embedding, ModelVersion = "m", EncoderVersion = "hash-000000000000" }));
        Assert.Equal(RefusalReasons.UnknownEncoder, refused.Reason);
    }
}
