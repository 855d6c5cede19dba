using System.Numerics.Tensors;
using Pipeline.Learning;
using Pipeline.Learning.Losses;
using Pipeline.Onnx;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>
/// Learns half of the classes, then the rest in one or several steps, each from its own pictures alone. Held-out pictures ask; what is
/// searched is the collection so far, as a live system has it: the pictures that were learned from, under the model of the moment.
/// </summary>
internal sealed class IncrementalQuality
{
    /// <summary>One picture in so many is held out.</summary>
    private const int HeldOutOneIn = 3;

    /// <summary>Pictures of each class whose stored activations rehearsal learns from again.</summary>
    private const int RememberedPictures = 20;

    private readonly LabelledSet _set;
    private readonly LearningOptions _options;
    private readonly int _seed;
    private readonly int[] _order;
    private readonly bool[] _heldOut;
    private readonly byte[] _first;
    private readonly FeatureDrift _firstDrift;

    private IncrementalQuality(LabelledSet set, LearningOptions options, int seed)
    {
        (_set, _options, _seed) = (set, options, seed);
        var random = new Random(seed);
        _order = [.. Enumerable.Range(0, set.Classes.Count)];
        random.Shuffle(_order);
        _heldOut = new bool[set.Pictures.Count];
        foreach (var ofClass in Enumerable.Range(0, set.Pictures.Count).GroupBy(i => set.ClassOf[i]))
        {
            int[] members = [.. ofClass];
            random.Shuffle(members);
            foreach (var member in members.Take(members.Length / HeldOutOneIn))
            {
                _heldOut[member] = true;
            }
        }

        _first = FromImported(Old);
        var learned = Pictures(Places(Old, heldOut: false));
        _firstDrift = FeatureDrift.Between(Heads.Embed(Heads.Imported, learned), Heads.Embed(_first, learned));
    }

    private HashSet<int> Old => [.. _order.Take(_order.Length / 2)];

    public static IncrementalReport Measure(
        LabelledSet set, IncrementalRecipe recipe, int seeds, IReadOnlyList<int> portions, Action<IncrementalRun> report)
    {
        List<IncrementalRun> runs = [];
        for (var seed = 1; seed <= seeds; seed++)
        {
            var quality = new IncrementalQuality(set, recipe.Learning, seed);
            if (recipe.Methods is null || recipe.Methods.Contains(IncrementalRecipe.Joint))
            {
                Add(quality.Run(IncrementalRecipe.Joint, 1, (_, _, _) => quality.Joint()));
            }

            foreach (var method in recipe.Chosen())
            {
                foreach (var steps in portions)
                {
                    Add(quality.Run(method.Name, steps, (head, places, memory) =>
                        method.Learn(head, quality.Pictures(places), quality.Classes(places), memory, quality._seed)));
                }
            }
        }

        return new IncrementalReport(runs);

        void Add(IncrementalRun run)
        {
            runs.Add(run);
            report(run);
        }
    }

    /// <summary>A head that learned some classes from the imported one.</summary>
    private byte[] FromImported(IEnumerable<int> classes)
    {
        var places = Places([.. classes], heldOut: false);
        var pictures = Pictures(places);
        return IncrementalRecipe.Train(
            Heads.Imported, Heads.Images(pictures, Heads.Embed(Heads.Imported, pictures)), Classes(places), _options, _seed, Memory.None);
    }

    private byte[] Joint() => FromImported(_order);

    private IncrementalRun Run(string name, int steps, Func<byte[], int[], Memory, byte[]> learn)
    {
        int[] later = [.. _order.Skip(Old.Count)];
        var head = _first;
        HashSet<int> seen = Old;

        // Against the pictures of all classes, as after the last step: that there is more to confuse an old class with is no forgetting.
        var before = Figures(0, head, head, [.. _order]);
        var aloneBefore = Alone(head);
        List<StepFigures> curve = [];
        List<FeatureDrift> drifts = [_firstDrift];
        for (var step = 1; step <= steps; step++)
        {
            HashSet<int> portion = [.. later.Skip((step - 1) * later.Length / steps).Take((step * later.Length / steps) - ((step - 1) * later.Length / steps))];
            var places = Places(portion, heldOut: false);
            var next = learn(head, places, Remember(head, seen, drifts));
            var learned = Pictures(places);
            drifts.Insert(0, FeatureDrift.Between(Heads.Embed(head, learned), Heads.Embed(next, learned)));
            seen = [.. seen, .. portion];
            curve.Add(Figures(step, next, head, seen));
            head = next;
        }

        var last = curve[^1];
        var alone = Alone(head);
        var share = (double)Old.Count / _order.Length;
        return new IncrementalRun(
            name, steps, _seed, last.OldRecallAt1, last.NewRecallAt1, last.OldMap, last.NewMap,
            (share * last.OldRecallAt1) + ((1 - share) * last.NewRecallAt1),
            before.OldRecallAt1 - last.OldRecallAt1,
            last.CrossModelRecallAt1,
            new HeldOutAlone(alone.Old, alone.New, aloneBefore.Old - alone.Old),
            curve);
    }

    private Memory Remember(byte[] head, HashSet<int> seen, IReadOnlyList<FeatureDrift> drifts)
    {
        // Held-out places are drawn by a shuffle, so the first of a class are as good as any.
        int[] kept = [.. seen.Order().SelectMany(one => Places([one], heldOut: false).Take(RememberedPictures))];
        return new Memory(Prototypes(head, seen), drifts, Pictures(kept), Classes(kept));
    }

    /// <summary>What is kept of classes that were learned: the mean feature of each.</summary>
    private IReadOnlyList<float[]> Prototypes(byte[] head, HashSet<int> classes) =>
    [
        .. classes.Order().Select(one =>
        {
            var rows = Heads.Embed(head, Pictures(Places([one], heldOut: false)));
            var mean = new float[rows[0].Length];
            foreach (var row in rows)
            {
                TensorPrimitives.Add(mean, row, mean);
            }

            TensorPrimitives.Divide(mean, TensorPrimitives.Norm<float>(mean), mean);
            return mean;
        }),
    ];

    private StepFigures Figures(int step, byte[] head, byte[] previous, HashSet<int> seen)
    {
        int[] asking = Places(seen, heldOut: true), collection = Places(seen, heldOut: false);
        var (queries, gallery) = (Heads.Embed(head, Pictures(asking)), Heads.Embed(head, Pictures(collection)));
        var (old, oldMap) = Measure(queries, gallery, Old.Contains);
        var isNew = seen.Except(Old).ToHashSet();
        var (@new, newMap) = isNew.Count == 0 ? (0, 0) : Measure(queries, gallery, isNew.Contains);
        var (cross, _) = Measure(queries, Heads.Embed(previous, Pictures(collection)), seen.Contains);
        return new StepFigures(step, old, oldMap, @new, newMap, cross);

        (double RecallAt1, double Map) Measure(IReadOnlyList<float[]> q, IReadOnlyList<float[]> g, Func<int, bool> asks) =>
            RetrievalOfClasses.Measure(q, Classes(asking), g, Classes(collection), asks, same: false);
    }

    private (double Old, double New) Alone(byte[] head)
    {
        var all = Places([.. _order], heldOut: true);
        var rows = Heads.Embed(head, Pictures(all));
        return (Measure(Old.Contains), Measure(one => !Old.Contains(one)));

        double Measure(Func<int, bool> asks) => RetrievalOfClasses.Measure(rows, Classes(all), rows, Classes(all), asks, same: true).RecallAt1;
    }

    private int[] Places(HashSet<int> classes, bool heldOut) =>
        [.. Enumerable.Range(0, _set.Pictures.Count).Where(i => classes.Contains(_set.ClassOf[i]) && _heldOut[i] == heldOut)];

    private IReadOnlyList<CnnFeatures> Pictures(int[] places) => [.. places.Select(i => _set.Pictures[i])];

    private int[] Classes(int[] places) => [.. places.Select(i => _set.ClassOf[i])];
}
