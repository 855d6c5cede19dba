using Pipeline.Catalog;
using Pipeline.HashEncoding;
using Pipeline.Hashing;
using Pipeline.Storage;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.HashEncoding;

public sealed class EncodersTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly float[] Feature = [1, -1, 2, 0];
    private readonly CatalogFixture _catalog = new();
    private readonly HashEncoder _initial = new(Model(0), OnnxFixture.Sessions);
    private Encoders _encoders = null!;

    public Task InitializeAsync()
    {
        _encoders = new Encoders(_initial, _catalog.Artifacts, OnnxFixture.Sessions);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _encoders.Dispose();
        _initial.Dispose();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task An_encoder_is_loaded_by_its_version_and_kept()
    {
        var version = await AddAsync(1);
        using var lease = await _encoders.RentAsync(version, None);
        await _catalog.Blobs.DeleteAsync((await _catalog.Artifacts.GetAsync(version, None))!.BlobKey, None);
        using var again = await _encoders.RentAsync(version, None);

        Assert.Same(lease.Value, again.Value);
        Assert.Equal(version, lease.Value.Version);
    }

    [Fact]
    public async Task Without_a_version_and_by_its_own_the_initial_encoder_is_lent()
    {
        using var unnamed = await _encoders.RentAsync(null, None);
        using var named = await _encoders.RentAsync(_initial.Version, None);

        Assert.Same(_initial, unnamed.Value);
        Assert.Same(_initial, named.Value);
    }

    [Fact]
    public async Task An_encoder_whose_content_is_not_what_was_recorded_is_refused_until_it_is_repaired()
    {
        var version = await AddAsync(1);
        var artifact = (await _catalog.Artifacts.GetAsync(version, None))!;
        await _catalog.Blobs.PutAsync(artifact.BlobKey, Model(2), None);

        var refused = await Assert.ThrowsAsync<ArtifactCorruptException>(() => _encoders.RentAsync(version, None));
        Assert.Contains(artifact.Sha256, refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => _encoders.RentAsync("hash-0123456789ab", None));

        await AddAsync(1);
        using var lease = await _encoders.RentAsync(version, None);
        Assert.Equal(version, lease.Value.Version);
    }

    [Fact]
    public async Task An_encoder_in_use_works_on_when_many_others_take_its_place_in_memory()
    {
        var first = await AddAsync(1);
        using var lease = await _encoders.RentAsync(first, None);
        var code = lease.Value.Encode(Feature, 1);
        for (ulong seed = 2; seed < 3 + Encoders.MaxLoaded; seed++)
        {
            using var other = await _encoders.RentAsync(await AddAsync(seed), None);
        }

        Assert.Equal(code, lease.Value.Encode(Feature, 1));
        using var again = await _encoders.RentAsync(first, None);
        Assert.NotSame(lease.Value, again.Value);
        Assert.Equal(code, again.Value.Encode(Feature, 1));
    }

    private async Task<string> AddAsync(ulong seed) =>
        (await _catalog.Artifacts.AddAsync(EncoderCatalog.ArtifactKind, Model(seed), new ArtifactLineage { CreatedFrom = "test" }, None)).Version;

    private static byte[] Model(ulong seed) => new RandomHyperplanes(4, 16, seed).BuildModel();
}
