using Pipeline.Evaluation;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation;

public class GroundTruthTests
{
    [Fact]
    public void Reads_columns_in_any_order_and_passes_over_others()
    {
        var truth = Read("Group\tnote\tFile\n7\tx\ta b.jpg\n\n7\ty\tsub/c.jpg\r\n8\tz\td.jpg\n");
        Assert.Equal(["a b.jpg", "sub/c.jpg", "d.jpg"], truth.Files);
        Assert.Equal(2, truth.GroupCount);
        Assert.True(truth.AreRelated("a b.jpg", "sub/c.jpg"));
        Assert.False(truth.AreRelated("a b.jpg", "d.jpg"));
        Assert.False(truth.AreRelated("unknown", "unknown"));
        Assert.Equal(2, truth.GroupSize("a b.jpg"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("file,group\na,1", "Line 1")]
    [InlineData("file\tgroup\na\t1\nb", "Line 3")]
    [InlineData("file\tgroup\na\t1\na\t2", "Line 3")]
    public void Names_the_line_that_is_wrong(string table, string inMessage) =>
        Assert.Contains(inMessage, Assert.Throws<FormatException>(() => Read(table)).Message, StringComparison.Ordinal);

    [Fact]
    public void Evaluates_answers_as_the_protocols_say()
    {
        var truth = Read("file\tgroup\na1\ta\na2\ta\na3\ta\nb1\tb\n");
        QueryAnswer[] answers =
        [
            new("a1", ["a1", "b1", "a3", "a2"], [1, 0.5, 0.5, 0.2]), // N-S 3; others 0 1 1: AP (1/2 + 2/3) / 2
            new("a2", ["a3", "a2"], [0.9, 0.8]),                      // N-S 2; others 1, one not retrieved: AP 1/2
            new("b1", ["b1", "a1"], [1, 0]),                          // N-S 1; nothing else to find
        ];

        var scores = RetrievalEvaluation.Evaluate(truth, answers);

        Assert.Equal(3, scores.Queries);
        Assert.Equal(2, scores.QueriesWithRelevant);
        Assert.Equal(2.0, scores.Ns, 1e-12);
        Assert.Equal(((7 / 12.0) + 0.5) / 2, scores.Map, 1e-12);
        Assert.Equal(0.5, scores.RecallAt1, 1e-12);

        // b1 and a3 are tied: half the time the first answer is 1 0 1 with AP (1 + 2/3) / 2.
        Assert.Equal(((((7 / 12.0) + (5 / 6.0)) / 2) + 0.5) / 2, scores.TieAwareMap!.Value, 1e-12);
    }

    [Fact]
    public void Refuses_answers_that_make_no_sense()
    {
        var truth = Read("file\tgroup\na\t1\nb\t1\n");
        Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(truth, []));
        Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(truth, [new QueryAnswer("c", ["a"])]));
        Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(truth, [new QueryAnswer("a", ["b", "b"])]));
        Assert.Throws<ArgumentException>(() => RetrievalEvaluation.Evaluate(truth, [new QueryAnswer("a", ["b"], [1, 2])]));
    }

    private static GroundTruth Read(string table) => GroundTruth.Read(new StringReader(table));
}
