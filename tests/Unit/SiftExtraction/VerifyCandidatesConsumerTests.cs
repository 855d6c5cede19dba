using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Extraction;
using Pipeline.Imaging;
using Pipeline.Sift;
using Pipeline.SiftExtraction;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.SiftExtraction;

public sealed class VerifyCandidatesConsumerTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly SiftOptions _options = new();
    private ServiceProvider _services = null!;

    public async Task InitializeAsync()
    {
        var decoder = new ImageDecoder(new ImagingOptions());
        _services = new ServiceCollection()
            .AddSingleton(_catalog.Images)
            .AddSingleton(new FeatureBlobs(_catalog.Blobs, NullLogger<FeatureBlobs>.Instance))
            .AddSingleton(new StoredImages(_catalog.Blobs, decoder))
            .AddSingleton(new SiftPipeline(decoder, new SiftExtractor(_options), _options))
            .AddSingleton(new GeometricVerifier(_options))
            .AddMassTransitTestHarness(bus => bus.AddConsumer<VerifyCandidatesConsumer>())
            .BuildServiceProvider();
        await _services.GetRequiredService<ITestHarness>().Start();
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task A_candidate_whose_features_are_damaged_matches_nothing_and_the_others_are_verified()
    {
        var features = TestScenes.Features(TestScenes.Picture(1), _options).Serialize();
        var (query, damaged, whole) = (await AddAsync(features), await AddAsync(features[..^1]), await AddAsync(features));

        Assert.Equal([(damaged, false), (whole, true)], await VerifyAsync(query, damaged, whole));
        Assert.Equal([(query, false)], await VerifyAsync(damaged, query));
    }

    private async Task<IEnumerable<(Guid, bool)>> VerifyAsync(Guid query, params Guid[] candidates)
    {
        var client = _services.GetRequiredService<ITestHarness>().GetRequestClient<VerifyCandidates>();
        var answer = await client.GetResponse<CandidatesVerified>(new VerifyCandidates { Collection = CatalogFixture.Collection, ImageId = query, Candidates = candidates });
        return answer.Message.Candidates.Select(candidate => (candidate.ImageId, candidate.Verified));
    }

    private async Task<Guid> AddAsync(byte[] features)
    {
        var id = Guid.NewGuid();
        var key = $"features/{id:N}";
        await _catalog.Blobs.PutAsync(key, features, None);
        var stages = new Dictionary<string, StageOutcome> { [Stages.Sift] = new() { Done = true, Version = _options.Version, FeatureKey = key } };
        await _catalog.Images.UpdateAsync(
            CatalogFixture.Collection, id, _ => new ImageRecord { ImageId = id, Collection = CatalogFixture.Collection, Status = ImageStatus.Indexed, Stages = stages }, None);
        return id;
    }
}
