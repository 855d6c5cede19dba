using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Indexing.Codes;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.VectorIndex;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>An encoder takes another's place while searches go on.</summary>
public sealed class CodesTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private const string Old = "hash-old";
    private const string New = "hash-new";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly IndexDirectory _directory = new();
    private readonly IndexWrites _writes = new();
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _two = Guid.NewGuid();
    private Generations _generations = null!;
    private ImageIndexer _indexer = null!;
    private EncoderChange _change = null!;

    public async Task InitializeAsync()
    {
        await _catalog.Collections.CreateAsync(Collection, None);
        _generations = new Generations(_catalog.Collections, _directory.Index);
        _indexer = new ImageIndexer(_catalog.Images, _generations, _directory.Index, _writes, _catalog.Blobs, TimeProvider.System);
        _change = new EncoderChange(
            _catalog.Collections, _catalog.Encoders, _catalog.Images, _generations, _directory.Index, _writes, TimeProvider.System, NullLogger<EncoderChange>.Instance);
        await LiveAsync(_one);
        await LiveAsync(_two);
    }

    public async Task DisposeAsync()
    {
        _writes.Dispose();
        await _directory.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task The_old_codes_serve_until_every_image_has_one_of_the_next_encoder()
    {
        Assert.True(await PrepareAsync(New, bits: 16));
        Assert.Equal(new[] { _one, _two }.Order(), (await MissingAsync()).Select(command => command.ImageId).Order());

        await ReencodedAsync(_one, New, [1, 2]);
        Assert.False(await _change.TryServeAsync(Collection, None));
        Assert.Equal((Old, 64), await ServingAsync());
        Assert.Equal(2, await CountAsync(Old));
        Assert.Equal(_two, Assert.Single(await MissingAsync()).ImageId);

        await ReencodedAsync(_two, New, [3, 4]);
        Assert.True(await _change.TryServeAsync(Collection, None));
        Assert.Equal((New, 16), await ServingAsync());
        Assert.Equal(2, await CountAsync(New));
        Assert.Equal(["shop-g1", "shop-g1.hash-new"], await _directory.Index.ListCollectionsAsync());
        Assert.Equal([3, 4], await CodeAsync(New, _two));
    }

    [Fact]
    public async Task An_image_that_arrives_during_the_change_is_indexed_with_both_codes()
    {
        await PrepareAsync(New, bits: 16);
        var late = Guid.NewGuid();
        await LiveAsync(late);
        Assert.Equal(ImageStatus.Processing, await StatusAsync(late));
        var asked = Assert.Single(await _indexer.CodesToMakeAsync(Extracted(late), "c", None));
        Assert.Equal((New, BlobKeys.Cnn(Collection, late, 1, "c"), TrafficClass.Live), (asked.EncoderVersion, asked.FeatureKey, asked.Traffic));

        Assert.NotNull(await ReencodedAsync(late, New, [9, 9]));

        Assert.Equal(ImageStatus.Indexed, await StatusAsync(late));
        Assert.Equal([9, 9], await CodeAsync(New, late));
        Assert.NotNull(await CodeAsync(Old, late));
        Assert.Empty(await _indexer.CodesToMakeAsync(Extracted(late), "c", None));
    }

    [Fact]
    public async Task A_code_of_the_old_encoder_that_comes_after_the_change_counts_for_nothing_and_the_right_one_is_asked_for()
    {
        await ChangeAsync();
        var late = Guid.NewGuid();
        await LiveAsync(late);

        Assert.Equal(ImageStatus.Processing, await StatusAsync(late));
        var asked = Assert.Single(await _indexer.CodesToMakeAsync(Encoded(late), "c", None));
        Assert.Equal(New, asked.EncoderVersion);
        Assert.NotNull(await ReencodedAsync(late, New, [7, 7]));
        Assert.Equal([7, 7], await CodeAsync(New, late));
        Assert.Equal(["shop-g1", "shop-g1.hash-new"], await _directory.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task Every_message_of_the_change_may_come_again_and_a_kill_anywhere_is_gone_on_from()
    {
        await PrepareAsync(New, bits: 16);
        Assert.True(await PrepareAsync(New, bits: 16));
        await ReencodedAsync(_one, New, [1, 2]);
        Assert.Null(await ReencodedAsync(_one, New, [1, 2]));
        var revision = (await _catalog.Images.GetAsync(Collection, _one, None))!.PayloadRevision;
        await ReencodedAsync(_one, New, [1, 2]);
        Assert.Equal(revision, (await _catalog.Images.GetAsync(Collection, _one, None))!.PayloadRevision);
        await ReencodedAsync(_two, New, [3, 4]);
        await _change.TryServeAsync(Collection, None);

        Assert.False(await _change.TryServeAsync(Collection, None));
        Assert.False(await PrepareAsync(New, bits: 16));
        await ReencodedAsync(_two, New, [3, 4]);
        await ReencodedAsync(_two, Old, new byte[8]);
        Assert.Equal((New, 16), await ServingAsync());
        Assert.Equal([3, 4], await CodeAsync(New, _two));
        Assert.Equal(["shop-g1", "shop-g1.hash-new"], await _directory.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task A_third_encoder_follows_the_second_and_one_that_was_superseded_does_not_come_back()
    {
        await ChangeAsync();
        await PrepareAsync("hash-third", bits: 24);
        await ReencodedAsync(_one, "hash-third", [1, 1, 1]);
        await ReencodedAsync(_two, "hash-third", [2, 2, 2]);
        Assert.True(await _change.TryServeAsync(Collection, None));
        Assert.Equal([2, 2, 2], await CodeAsync("hash-third", _two));

        var superseded = await TrainedAsync("hash-fourth");
        await TrainedAsync("hash-fifth");
        Assert.False(await _change.PrepareAsync(superseded, None));
        Assert.Equal(("hash-third", 24), await ServingAsync());
    }

    [Fact]
    public async Task An_encoder_that_is_replaced_before_it_served_leaves_nothing()
    {
        await PrepareAsync(New, bits: 16);
        await ReencodedAsync(_one, New, [1, 2]);
        await PrepareAsync("hash-third", bits: 24);
        await _change.TryServeAsync(Collection, None);

        Assert.Equal(["shop-g1", "shop-g1.hash-old", "shop-g1.hash-third"], await _directory.Index.ListCollectionsAsync());
        await ReencodedAsync(_one, New, [1, 2]);
        await ReencodedAsync(_one, "hash-third", [1, 1, 1]);
        await ReencodedAsync(_two, "hash-third", [2, 2, 2]);
        Assert.True(await _change.TryServeAsync(Collection, None));
        Assert.Equal(("hash-third", 24), await ServingAsync());
    }

    [Fact]
    public async Task An_image_deleted_during_the_change_leaves_no_code()
    {
        await PrepareAsync(New, bits: 16);
        await ReencodedAsync(_one, New, [1, 2]);
        await new ImageDeletion(_catalog.Images, _indexer, _catalog.Blobs, _catalog.References, _catalog.Manifests, _catalog.Restoration, _catalog.Verdicts)
            .DeleteAsync(new() { Collection = Collection, ImageId = _one, Incarnation = 1 }, None);
        Assert.Null(await ReencodedAsync(_one, New, [1, 2]));
        Assert.Equal((1, 0), (await CountAsync(Old), await CountAsync(New)));

        await ReencodedAsync(_two, New, [3, 4]);
        Assert.True(await _change.TryServeAsync(Collection, None));
        Assert.Equal(1, await CountAsync(New));
    }

    [Fact]
    public async Task An_image_without_an_embedding_does_not_hold_up_the_change()
    {
        var partial = Guid.NewGuid();
        await AcceptAsync(partial);
        await SettleAsync(partial, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" });
        await SettleAsync(partial, Stages.Cnn, new() { Done = false, Reason = RejectionReasons.CorruptImage });
        Assert.Equal(ImageStatus.Indexed, await StatusAsync(partial));

        await ChangeAsync();

        Assert.Equal((New, 16), await ServingAsync());
    }

    private async Task ChangeAsync()
    {
        await PrepareAsync(New, bits: 16);
        await ReencodedAsync(_one, New, [1, 2]);
        await ReencodedAsync(_two, New, [3, 4]);
        Assert.True(await _change.TryServeAsync(Collection, None));
    }

    private Task<bool> PrepareAsync(string version, int bits) =>
        _change.PrepareAsync(new() { Collection = Collection, EncoderVersion = version, Bits = bits, CorrelationId = Guid.NewGuid() }, None);

    private async Task<EncoderPublished> TrainedAsync(string version)
    {
        var command = new TrainEncoder { Collection = Collection, CorrelationId = Guid.NewGuid() };
        var holder = Guid.NewGuid();
        await _catalog.Encoders.BeginAsync(command, holder, TimeSpan.FromMinutes(1), None);
        var result = new EncoderTraining { Id = command.CorrelationId, State = TrainingState.Done, Version = version, Bits = 16, Promoted = true, At = DateTimeOffset.UtcNow };
        await _catalog.Encoders.FinishAsync(Collection, holder, result, None);
        return new() { Collection = Collection, EncoderVersion = version, Bits = 16, CorrelationId = command.CorrelationId };
    }

    private Task AcceptAsync(Guid image)
    {
        var upload = Guid.NewGuid();
        return _catalog.Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload), CatalogFixture.Content(image), 1, None);
    }

    private Task<ImageRecord?> SettleAsync(Guid image, string stage, StageOutcome outcome) =>
        _indexer.SettleAsync(Collection, image, 1, stage, outcome, None);

    /// <summary>All parts of an image, the code by the old encoder.</summary>
    private async Task LiveAsync(Guid image)
    {
        await AcceptAsync(image);
        await SettleAsync(image, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" });
        var key = BlobKeys.Cnn(Collection, image, 1, "c");
        await _catalog.Blobs.PutAsync(key, new CnnFeatures(new float[] { 1, 0 }, Array.Empty<Half>(), []).Serialize(), None);
        await SettleAsync(image, Stages.Cnn, new() { Done = true, Version = "c", FeatureKey = key });
        await SettleAsync(image, Stages.Hash, new() { Done = true, Version = Old, Code = new byte[8] });
    }

    private Task<ImageRecord?> ReencodedAsync(Guid image, string encoder, byte[] code) => _indexer.SettleCodeAsync(
        new() { Collection = Collection, ImageId = image, Code = code, Bits = 8 * code.Length, EncoderVersion = encoder, ModelVersion = "c" }, None);

    private static CnnExtracted Extracted(Guid image) =>
        new() { Collection = Collection, ImageId = image, FeatureKey = "k", ModelVersion = "c", Dimensions = 2 };

    private static HashEncoded Encoded(Guid image) =>
        new() { Collection = Collection, ImageId = image, Code = new byte[8], Bits = 64, EncoderVersion = Old, ModelVersion = "c" };

    private async Task<List<EncodeImage>> MissingAsync()
    {
        var commands = new List<EncodeImage>();
        await foreach (var command in _change.MissingAsync(Collection, None))
        {
            commands.Add(command);
        }

        return commands;
    }

    private async Task<(string, int)> ServingAsync()
    {
        var active = (await _catalog.Collections.GetCurrentAsync(Collection, None))!.Active!;
        return (active.EncoderVersion, active.Bits);
    }

    private async Task<ImageStatus> StatusAsync(Guid image) => (await _catalog.Images.GetAsync(Collection, image, None))!.Status;

    private async Task<int> CountAsync(string encoder) => (int)await _directory.Index.CountAsync($"shop-g1.{encoder}");

    private async Task<byte[]?> CodeAsync(string encoder, Guid image) =>
        await _directory.Index.GetAsync($"shop-g1.{encoder}", [image], None) is [var point] ? ((BinaryCode)point.Vectors[IndexSpaces.Hash]).Bytes : null;
}
