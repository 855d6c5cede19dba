namespace Pipeline.Evaluation;

/// <summary>A query's answer.</summary>
/// <param name="Query">The query; a file of the ground truth.</param>
/// <param name="Ranked">Files, best first, each at most once. Whether the query is among them is up to the search.</param>
/// <param name="Scores">Scores of the same files, for tie-aware measures; null if they are not wanted.</param>
public sealed record QueryAnswer(string Query, IReadOnlyList<string> Ranked, IReadOnlyList<double>? Scores = null);

/// <summary>Means over queries.</summary>
public sealed record RetrievalScores
{
    /// <summary>Answers evaluated.</summary>
    public required int Queries { get; init; }

    /// <summary>Those of them that have anything to find besides the query; the means below but N-S are over these.</summary>
    public required int QueriesWithRelevant { get; init; }

    /// <summary>N-S, 0 … 4: group members among the first four, with the query in its own list.</summary>
    public required double Ns { get; init; }

    /// <summary>Mean average precision, the query removed from its own list.</summary>
    public required double Map { get; init; }

    /// <summary>Share of queries whose first hit, the query itself removed, is relevant.</summary>
    public required double RecallAt1 { get; init; }

    /// <summary>Expected <see cref="Map"/> over all orders of ties; null unless every answer has scores.</summary>
    public required double? TieAwareMap { get; init; }
}

/// <summary>Evaluates the answers to many queries.</summary>
public static class RetrievalEvaluation
{
    /// <summary>Means over all answers. Files outside the ground truth count as irrelevant.</summary>
    /// <exception cref="ArgumentException">There are no answers, a query is not in the ground truth, or a list names a file twice.</exception>
    public static RetrievalScores Evaluate(GroundTruth truth, IReadOnlyCollection<QueryAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
        {
            throw new ArgumentException("There are no answers to evaluate.", nameof(answers));
        }

        double ns = 0, map = 0, recall = 0, tieAware = 0;
        int withRelevant = 0, withScores = 0;
        foreach (var answer in answers)
        {
            Check(truth, answer);
            var relevance = answer.Ranked.Select(file => truth.AreRelated(answer.Query, file)).ToArray();
            ns += RetrievalMetrics.NisterStewenius(relevance);
            var relevantTotal = truth.GroupSize(answer.Query) - 1;
            if (relevantTotal == 0)
            {
                continue;
            }

            withRelevant++;
            var others = Enumerable.Range(0, relevance.Length).Where(i => answer.Ranked[i] != answer.Query).ToArray();
            var ranked = others.Select(i => relevance[i]).ToArray();
            map += RetrievalMetrics.AveragePrecision(ranked, relevantTotal);
            recall += RetrievalMetrics.RecallAt(ranked, 1);
            if (answer.Scores is { } scores)
            {
                withScores++;
                tieAware += TieAwareMetrics.AveragePrecision(others.Select(i => scores[i]).ToArray(), ranked, relevantTotal);
            }
        }

        // Without anything to find there is no mean; zero is what a report can show.
        var queries = Math.Max(1, withRelevant);
        return new RetrievalScores
        {
            Queries = answers.Count,
            QueriesWithRelevant = withRelevant,
            Ns = ns / answers.Count,
            Map = map / queries,
            RecallAt1 = recall / queries,
            TieAwareMap = withRelevant > 0 && withScores == withRelevant ? tieAware / queries : null,
        };
    }

    private static void Check(GroundTruth truth, QueryAnswer answer)
    {
        if (!truth.Contains(answer.Query))
        {
            throw new ArgumentException($"The query '{answer.Query}' is not in the ground truth.");
        }

        if (answer.Ranked.Distinct(StringComparer.Ordinal).Count() != answer.Ranked.Count)
        {
            throw new ArgumentException($"The answer to '{answer.Query}' names a file twice.");
        }

        if (answer.Scores is { } scores && scores.Count != answer.Ranked.Count)
        {
            throw new ArgumentException($"The answer to '{answer.Query}' has {answer.Ranked.Count} files but {scores.Count} scores.");
        }
    }
}
