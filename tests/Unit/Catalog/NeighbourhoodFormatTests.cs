using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

public sealed class NeighbourhoodFormatTests
{
    private static readonly Guid Image = Guid.NewGuid();
    private static readonly Guid[] Others = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid())];

    private static readonly MinedPair Pair = new()
    {
        OtherId = Others[0], Kind = PairKinds.Complementary, Verified = true, SiftRank = 3, Inliers = 42, CentralSupport = 0.1,
    };

    private static readonly Neighbourhood Full = new()
    {
        ImageId = Image,
        Tenant = "ämter",
        Incarnation = 3,
        Cnn = new SpaceNeighbourhood { Revision = long.MaxValue, Nearest = [new NearImage(Others[0], 0.75), new NearImage(Others[1], -1.0 / 3)] },
        Sift = new SpaceNeighbourhood { Revision = 7 },
        Checks = [new PairCheck(Others[0], true, 42, 0.1), new PairCheck(Others[1], false, 0, 0)],
        Pairs = [Pair, Pair with { OtherId = Others[1], Kind = PairKinds.CnnOnly, CnnRank = 1, SiftRank = null }],
        PublishedPairs = [Pair with { Kind = PairKinds.Confirmed }],
        PerhapsPublished = [Others[2]],
        Sequence = 12,
        Pulls = [Others[0]],
        EmbeddedPulls = [Others[3]],
        EmbeddedModel = "m0",
        EmbeddedFor = DateTimeOffset.UnixEpoch.AddTicks(7),
        ModelVersion = "m1",
        VocabularyVersion = "v1",
    };

    public static TheoryData<string> Neighbourhoods { get; } = [.. Samples.Keys];

    private static Dictionary<string, Neighbourhood> Samples => new()
    {
        ["full"] = Full,
        ["empty"] = new Neighbourhood { ImageId = Image },
        ["published"] = Full with { PublishedPairs = Full.Pairs },
        ["embedded"] = Full with { EmbeddedPulls = Full.Pulls },
        ["embedded without neighbours"] = Full with { Pulls = [], EmbeddedPulls = [] },
        ["never embedded"] = Full with { EmbeddedPulls = null, EmbeddedModel = null },
    };

    [Theory]
    [MemberData(nameof(Neighbourhoods))]
    public void What_is_written_is_read_back(string sample)
    {
        var neighbourhood = Samples[sample];

        var read = NeighbourhoodFormat.Parse(Image, NeighbourhoodFormat.Serialize(neighbourhood).Span);

        // Lists compare by reference within a record; as JSON they compare by what they hold, nulls included.
        Assert.Equal(Json(neighbourhood), Json(read));
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        var good = NeighbourhoodFormat.Serialize(Full).ToArray();
        byte[] Changed(int at, byte value) => [.. good[..at], value, .. good[(at + 1)..]];

        Assert.All(
            new byte[][] { [], good[..7], [.. good, 0], Changed(0, 0), Changed(4, 2), Changed(6, 1) },
            bytes => Assert.Throws<InvalidDataException>(() => NeighbourhoodFormat.Parse(Image, bytes)));
        Assert.All(
            Enumerable.Range(0, good.Length), length => Assert.Throws<InvalidDataException>(() => NeighbourhoodFormat.Parse(Image, good.AsSpan(0, length))));
    }

    [Fact]
    public void A_pair_of_an_unknown_kind_is_not_written() =>
        Assert.Throws<ArgumentException>(() => NeighbourhoodFormat.Serialize(Full with { Pairs = [Pair with { Kind = "cousins" }] }));

    [Fact]
    public void What_is_told_and_embedded_costs_nothing_to_remember()
    {
        var told = NeighbourhoodFormat.Serialize(Full with { PublishedPairs = Full.Pairs, EmbeddedPulls = Full.Pulls });

        Assert.True(told.Length < NeighbourhoodFormat.Serialize(Full).Length);
        Assert.InRange(told.Length, 1, 400);
    }

    private static string Json(Neighbourhood neighbourhood) => System.Text.Json.JsonSerializer.Serialize(neighbourhood, StateJson.Options);
}
