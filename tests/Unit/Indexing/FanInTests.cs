using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Indexing;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

public sealed class FanInTests
{
    private static readonly (string Stage, StageOutcome Outcome)[] AllDone =
    [
        (Stages.Sift, new() { Done = true, Version = "sift-1", FeatureKey = "s" }),
        (Stages.Cnn, new() { Done = true, Version = "cnn-1", FeatureKey = "c" }),
        (Stages.Hash, new() { Done = true, Version = "hash-1", Code = [1, 2] }),
    ];

    private static readonly StageOutcome Refused = new() { Done = false, Reason = RejectionReasons.CorruptImage };

    private static readonly ImageRecord Fresh = new() { ImageId = Guid.NewGuid(), Collection = "c", Status = ImageStatus.Processing };

    public static TheoryData<int[]> Orders => new(
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [0, 0, 1, 1, 2, 2], [2, 1, 2, 0, 1, 0]]);

    [Theory]
    [MemberData(nameof(Orders))]
    public void Completes_with_the_last_part_in_any_order_and_number(int[] order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var record = Fresh;
        var seen = new HashSet<int>();
        foreach (var i in order)
        {
            record = FanIn.Settle(record, AllDone[i].Stage, AllDone[i].Outcome) ?? record;
            seen.Add(i);
            Assert.Equal(seen.Count == 3, FanIn.IsComplete(record));
        }

        Assert.Equal(ImageStatus.Processing, record.Status);
    }

    [Fact]
    public void Completes_partially_without_sift()
    {
        var record = FanIn.Settle(FanIn.Settle(FanIn.Settle(Fresh, Stages.Sift, Refused)!, Stages.Cnn, AllDone[1].Outcome)!, Stages.Hash, AllDone[2].Outcome)!;

        Assert.True(FanIn.IsComplete(record));
    }

    [Fact]
    public void Waits_for_no_code_where_there_is_no_embedding()
    {
        var record = FanIn.Settle(FanIn.Settle(Fresh, Stages.Cnn, Refused)!, Stages.Sift, AllDone[0].Outcome)!;

        Assert.True(FanIn.IsComplete(record));
        Assert.False(record.Stages[Stages.Hash].Done);
    }

    [Theory]
    [InlineData(Stages.Sift, Stages.Cnn)]
    [InlineData(Stages.Cnn, Stages.Sift)]
    public void Rejects_what_no_stage_can_read(string first, string second)
    {
        var record = FanIn.Settle(FanIn.Settle(Fresh, first, Refused)!, second, Refused)!;

        Assert.Equal(ImageStatus.Rejected, record.Status);
        Assert.Equal(RejectionReasons.CorruptImage, record.RejectionReason);
        Assert.False(FanIn.IsComplete(record));
    }

    [Fact]
    public void A_late_rejection_does_not_undo_what_exists()
    {
        var record = FanIn.Settle(Fresh, Stages.Sift, AllDone[0].Outcome)!;

        Assert.Null(FanIn.Settle(record, Stages.Sift, Refused));
    }
}
