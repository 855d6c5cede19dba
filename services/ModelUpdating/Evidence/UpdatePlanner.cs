using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Learning.Evidence;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>Gathers what an update learns from. The same catalog gives the same plan.</summary>
public sealed class UpdatePlanner(CollectionWalk walk, SeenPairs seen, LearnedPairs learned, IOptions<ModelUpdatingOptions> options)
{
    /// <summary>Images of one label that an image is paired with: enough to connect all of them.</summary>
    private const int PartnersByLabel = 4;

    /// <summary>Pairs of the newest images that are looked at for each that may be used: some are not verified, or contradicted.</summary>
    private const int SaidPerPair = 4;

    /// <summary>In the order of trust: what the strongest of two directions says of a pair comes first.</summary>
    private static readonly string[] Kinds = [PairKinds.Confirmed, PairKinds.Complementary, PairKinds.CnnOnly, UpdatePlan.JudgedKind, UpdatePlan.LabelKind];

    /// <summary>Plans an update, and notes its pairs as seen.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="modelVersion">The model in use.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<UpdatePlan> PlanAsync(string collection, string modelVersion, int seed, CancellationToken ct)
    {
        var living = new List<Living>();
        var placeOf = new Dictionary<Guid, int>();
        var said = new Dictionary<(Guid, Guid), Said>();
        var hashes = new HashSet<ulong>();
        await foreach (var mined in walk.WalkAsync(collection, ct))
        {
            var (image, pairs) = mined;
            if (!placeOf.TryAdd(image.ImageId, living.Count))
            {
                continue;
            }

            living.Add(new Living(new PlannedImage(image.ImageId, image.Incarnation), options.Value.UseLabels ? image.Labels : [], image.Verdicts));
            foreach (var pair in pairs)
            {
                var key = KeyOf(image.ImageId, pair.OtherId);
                if (said.Count < SaidPerPair * (long)options.Value.MaxPairs || said.ContainsKey(key))
                {
                    said[key] = said.GetValueOrDefault(key).With(pair);
                }
            }

            hashes.UnionWith(mined.Evidence());
        }

        await seen.NoteAsync(collection, [.. hashes], ct);
        var judged = new JudgedPairs([.. living.Select(image => image.Image)], [.. living.Select(image => image.Verdicts)]);
        var contradictory = 0;
        var evidence = new List<Found>();
        foreach (var ((first, second), word) in said)
        {
            if (word.IsVerified && placeOf.TryGetValue(first, out var a) && placeOf.TryGetValue(second, out var b))
            {
                if ((word.IsDenied || AreDifferent(living[a], living[b])) && !judged.Same.Contains(new EvidencePair(a, b)))
                {
                    contradictory++;
                }
                else
                {
                    evidence.Add(new Found(Math.Min(a, b), Math.Max(a, b), word.Kind));
                }
            }
        }

        var found = evidence.Select(pair => pair.Places).ToHashSet();
        evidence.AddRange(judged.Same.Where(pair => pair.First < pair.Second && !found.Contains(pair)).Select(pair => new Found(pair.First, pair.Second, UpdatePlan.JudgedKind)));
        evidence.AddRange(ByLabel(living).Where(pair =>
            !judged.Same.Contains(pair.Places) && !said.GetValueOrDefault(KeyOf(living[pair.Newer].Image.Id, living[pair.Older].Image.Id)).IsVerified));
        contradictory += KeepApart(living, judged, evidence);
        return Bound(modelVersion, seed, living, judged, evidence, contradictory, await learned.ReadAsync(collection, modelVersion, ct));
    }

    /// <summary>
    /// Leaves out pairs by which two images would become one subject that people said are not the same, through whatever others. The pairs are
    /// taken in the order of trust, those that people said are the same first, then by kind, then by the images' ids: who would join what is apart is out.
    /// </summary>
    /// <returns>How many are left out.</returns>
    private static int KeepApart(List<Living> living, JudgedPairs judged, List<Found> evidence)
    {
        if (judged.NotSame.Count == 0)
        {
            return 0;
        }

        var subjects = new SubjectsApart(living.Count, judged.NotSame);
        var kept = evidence
            .OrderBy(pair => judged.Same.Contains(pair.Places) ? 0 : 1)
            .ThenBy(pair => Array.IndexOf(Kinds, pair.Kind))
            .ThenBy(pair => KeyOf(living[pair.Newer].Image.Id, living[pair.Older].Image.Id))
            .Where(pair => subjects.TryJoin(pair.Newer, pair.Older))
            .ToHashSet();
        return evidence.RemoveAll(pair => !kept.Contains(pair));
    }

    /// <summary>Takes as many pairs and images as are allowed: first what people said, which is little and was work, then what is newest.</summary>
    private UpdatePlan Bound(string modelVersion, int seed, List<Living> living, JudgedPairs judged, List<Found> evidence, int contradictory, ulong[] known)
    {
        var chosen = new HashSet<int>();
        var taken = new List<Found>();
        foreach (var pair in evidence.OrderBy(pair => judged.Same.Contains(pair.Places) ? 0 : 1).ThenBy(pair => (pair.Older, pair.Newer)))
        {
            var more = (chosen.Contains(pair.Newer) ? 0 : 1) + (chosen.Contains(pair.Older) ? 0 : 1);
            if (taken.Count < options.Value.MaxPairs && chosen.Count + more <= options.Value.MaxImages)
            {
                chosen.Add(pair.Newer);
                chosen.Add(pair.Older);
                taken.Add(pair);
            }
        }

        // Strangers: what nothing is known of shows the model what else there is.
        for (var place = 0; place < living.Count && chosen.Count < options.Value.MaxImages; place++)
        {
            chosen.Add(place);
        }

        int[] order = [.. chosen.OrderBy(place => living[place].Image.Id)];
        var newPlace = order.Select((place, i) => (place, i)).ToDictionary(entry => entry.place, entry => entry.i);
        return new UpdatePlan
        {
            ModelVersion = modelVersion,
            Seed = seed,
            Images = [.. order.Select(place => living[place].Image)],
            Pairs =
            [
                .. taken
                    .Select(pair => (A: newPlace[pair.Newer], B: newPlace[pair.Older], pair.Kind))
                    .Select(pair => new PlannedPair(Math.Min(pair.A, pair.B), Math.Max(pair.A, pair.B), pair.Kind, IsNew(order[pair.A], order[pair.B])))
                    .OrderBy(pair => (pair.First, pair.Second)),
            ],
            Contradictory = contradictory,
        };

        bool IsNew(int a, int b) => Array.BinarySearch(known, PairHash.Of(living[a].Image.Id, living[b].Image.Id)) < 0;
    }

    /// <summary>Each image of a label with the next few: pairs grow with the images and not with their square.</summary>
    private static IEnumerable<Found> ByLabel(List<Living> living)
    {
        var members = living.SelectMany((image, place) => image.Labels.Select(label => (label, place)))
            .GroupBy(entry => entry.label, entry => entry.place, StringComparer.Ordinal);
        return members.SelectMany(label => Pairs([.. label.Distinct().OrderBy(place => living[place].Image.Id)])).Distinct();

        static IEnumerable<Found> Pairs(int[] places) =>
            from i in Enumerable.Range(0, places.Length)
            from step in Enumerable.Range(1, Math.Min(PartnersByLabel, places.Length - 1))
            let other = places[(i + step) % places.Length]
            select new Found(Math.Min(places[i], other), Math.Max(places[i], other), UpdatePlan.LabelKind);
    }

    private static bool AreDifferent(Living a, Living b) => a.Labels.Count > 0 && b.Labels.Count > 0 && !a.Labels.Intersect(b.Labels, StringComparer.Ordinal).Any();

    private static (Guid, Guid) KeyOf(Guid a, Guid b) => a.CompareTo(b) < 0 ? (a, b) : (b, a);

    private sealed record Living(PlannedImage Image, IReadOnlyList<string> Labels, IReadOnlyList<PairVerdict> Verdicts);

    /// <summary>A pair by the places of its images in the walk, which goes from the latest to the first.</summary>
    private readonly record struct Found(int Newer, int Older, string Kind)
    {
        public EvidencePair Places => new(Newer, Older);
    }

    /// <summary>What both directions of a pair say.</summary>
    private readonly record struct Said(bool IsVerified, bool IsDenied, string Kind)
    {
        public Said With(MinedPair pair) => new(
            IsVerified || pair.Verified,
            IsDenied || !pair.Verified,
            Kind is null || Array.IndexOf(Kinds, pair.Kind) < Array.IndexOf(Kinds, Kind) ? pair.Kind : Kind);
    }
}
