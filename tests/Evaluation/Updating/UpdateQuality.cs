using System.Diagnostics;
using Pipeline.Evaluation;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.Tests.Evaluation.Retrieval;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>What an update without labels is worth: mined pairs in, the CNN's features alone measured.</summary>
internal static class UpdateQuality
{
    public static async Task<UpdateReport> MeasureAsync(
        FeatureSet set, FeatureSet? other, int seeds, LearningOptions learning, GateOptions gate, Action<UpdateRun> report)
    {
        var head = Heads.Imported;
        var companions = set.Pictures.Where(picture => set.Truth.GroupSize(picture.File) > 1).ToList();
        var everything = new Gallery(set.Pictures);
        var heldOut = companions.GroupBy(picture => set.Truth.GroupOf(picture.File)).Select(group => group.Last()).ToList();
        var rest = new Gallery([.. set.Pictures.Except(heldOut)]);

        // By name: the first half of the groups is mined, the other half measured.
        var groups = set.Pictures.Select(picture => set.Truth.GroupOf(picture.File)).Distinct().Order(StringComparer.Ordinal).ToArray();
        var minedGroups = groups.Take((groups.Length + 1) / 2).ToHashSet(StringComparer.Ordinal);
        var mined = new Gallery([.. set.Pictures.Where(picture => minedGroups.Contains(set.Truth.GroupOf(picture.File)))]);
        PictureFeatures[] unseen = [.. set.Pictures.Except(mined.Pictures)];

        List<UpdateRun> runs = [];
        for (var seed = 1; seed <= seeds; seed++)
        {
            var clock = Stopwatch.StartNew();
            var (whole, curve) = await LearnAsync(everything, seed);
            var seconds = clock.Elapsed.TotalSeconds;
            var (ofHalf, _) = await LearnAsync(mined, seed);
            var (ofRest, _) = await LearnAsync(rest, seed);
            runs.Add(new UpdateRun(
                seed,
                Figures(set.Truth, Heads.Embed(whole.Head, set.Pictures)),
                Figures(set.Truth, Heads.Embed(ofHalf.Head, unseen)),
                HeldOut(set.Truth, Heads.Embed(ofRest.Head, rest.Pictures), Heads.Embed(ofRest.Head, heldOut)),
                other is null ? null : Figures(other.Truth, Heads.Embed(whole.Head, other.Pictures)),
                whole.Learned + whole.HeldOut.Count,
                seconds,
                whole.Verdict,
                curve));
            report(runs[^1]);
        }

        return new UpdateReport(
            Figures(set.Truth, set.Pictures),
            UpdateFigures.Mean([.. runs.Select(run => run.WithImages)]),
            UpdateFigures.Mean([.. runs.Select(run => run.WithoutImages)]),
            Figures(set.Truth, unseen),
            new Change<HeldOutFigures>(
                HeldOut(set.Truth, rest.Pictures, heldOut),
                new HeldOutFigures(runs.Average(run => run.HeldOutQuery.Map), runs.Average(run => run.HeldOutQuery.RecallAt1))),
            other is null ? null : new Change<UpdateFigures>(Figures(other.Truth, other.Pictures), UpdateFigures.Mean([.. runs.Select(run => run.Other!)])),
            runs[0].Pairs,
            runs.Average(run => run.Seconds),
            UpdateFigures.Deviation([.. runs.Select(run => run.WithImages)]),
            UpdateFigures.Deviation([.. runs.Select(run => run.WithoutImages)]),
            runs);

        async Task<(UpdateResult Result, IReadOnlyList<double> Curve)> LearnAsync(Gallery gallery, int seed)
        {
            var evidence = MinedEvidence.Of(gallery);
            List<double> losses = [];
            var images = Heads.Images([.. gallery.Pictures.Select(picture => picture.Cnn)], [.. gallery.Pictures.Select(picture => picture.Embedding)]);
            var result = await new HeadUpdater(Heads.Sessions, learning, new SynthesisOptions(), gate).RunAsync(
                new UpdateMaterial(head, images, evidence.Pairs, seed), evidence.Known, afterStep: (step, _) =>
                {
                    losses.Add(step.Losses["loss"]);
                    return ValueTask.CompletedTask;
                });
            return (result, losses);
        }
    }

    private static UpdateFigures Figures(GroundTruth truth, IReadOnlyList<PictureFeatures> pictures)
    {
        var queries = pictures.Where(picture => truth.GroupSize(picture.File) > 1).ToList();
        var scores = Scores(truth, pictures, queries);
        return new UpdateFigures(scores.Ns, scores.Map, scores.RecallAt1);
    }

    private static HeldOutFigures HeldOut(GroundTruth truth, IReadOnlyList<PictureFeatures> gallery, IReadOnlyList<PictureFeatures> queries)
    {
        var scores = Scores(truth, gallery, [.. queries]);
        return new HeldOutFigures(scores.Map, scores.RecallAt1);
    }

    private static RetrievalScores Scores(GroundTruth truth, IReadOnlyList<PictureFeatures> gallery, List<PictureFeatures> queries) =>
        RetrievalQuality.Evaluate(truth, queries, queries.ConvertAll(query => Ranking.By(gallery, query)));
}
