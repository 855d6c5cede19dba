namespace Pipeline.Learning.Evidence;

/// <summary>Which images are known to show the same thing: mined pairs, or classes that came with the uploads.</summary>
public sealed class EvidenceGraph
{
    private readonly int[][] _partners;
    private readonly int[] _subjects;

    private EvidenceGraph(int[][] partners, int[] subjects) => (_partners, _subjects) = (partners, subjects);

    /// <summary>Images.</summary>
    public int Count => _subjects.Length;

    /// <summary>Pairs, each once.</summary>
    public long PairCount => _partners.Sum(partners => (long)partners.Length) / 2;

    /// <summary>From pairs; one that is named twice counts once. Images that pairs connect, also through others, are one subject.</summary>
    /// <param name="images">How many images there are.</param>
    /// <param name="pairs">Pairs of places.</param>
    /// <exception cref="ArgumentException">A pair names one image twice, or an image that is not there.</exception>
    public static EvidenceGraph OfPairs(int images, IEnumerable<EvidencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        var partners = new SortedSet<int>[images];
        var subjects = new DisjointSets(images);
        foreach (var (first, second) in pairs)
        {
            if (first == second || (uint)first >= (uint)images || (uint)second >= (uint)images)
            {
                throw new ArgumentException($"({first}, {second}) is no pair of {images} images.", nameof(pairs));
            }

            (partners[first] ??= []).Add(second);
            (partners[second] ??= []).Add(first);
            var (a, b) = (subjects.Root(first), subjects.Root(second));
            subjects.Unite(Math.Min(a, b), Math.Max(a, b));
        }

        return new EvidenceGraph(
            [.. partners.Select(others => others is null ? [] : others.ToArray())],
            [.. Enumerable.Range(0, images).Select(subjects.Root)]);
    }

    /// <summary>From classes: all images of one class are pairs.</summary>
    /// <param name="classes">Each image's class; a negative one says nothing of the image.</param>
    public static EvidenceGraph OfClasses(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var members = Enumerable.Range(0, classes.Count).Where(image => classes[image] >= 0).ToLookup(image => classes[image]);
        return new EvidenceGraph(
            [.. classes.Select((name, image) => name < 0 ? [] : members[name].Where(other => other != image).ToArray())],
            [.. classes.Select((name, image) => name < 0 ? image : members[name].First())]);
    }

    /// <summary>An image's partners, in ascending order.</summary>
    public IReadOnlyList<int> Partners(int image) => _partners[image];

    /// <summary>Whether two images are a pair.</summary>
    public bool IsPair(int first, int second) => Array.BinarySearch(_partners[first], second) >= 0;

    /// <summary>The least place among the images that evidence connects with this one, however far around.</summary>
    public int Subject(int image) => _subjects[image];

    /// <summary>Every pair once, the lesser place first.</summary>
    public IEnumerable<EvidencePair> Pairs() =>
        Enumerable.Range(0, Count).SelectMany(image => _partners[image].Where(other => other > image).Select(other => new EvidencePair(image, other)));

    /// <summary>The evidence among some of the images, which are numbered anew in their order.</summary>
    /// <param name="kept">Their places, ascending.</param>
    public EvidenceGraph Among(IReadOnlyList<int> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var placeOf = new int[Count];
        Array.Fill(placeOf, -1);
        for (var i = 0; i < kept.Count; i++)
        {
            placeOf[kept[i]] = i;
        }

        var firstOf = new Dictionary<int, int>();
        return new EvidenceGraph(
            [.. kept.Select(image => _partners[image].Select(other => placeOf[other]).Where(place => place >= 0).ToArray())],
            [.. kept.Select((image, i) => firstOf.TryGetValue(_subjects[image], out var first) ? first : firstOf[_subjects[image]] = i)]);
    }

    /// <summary>The evidence with further images after its own, of which nothing is known but their classes.</summary>
    /// <param name="classes">Each further image's class; a negative one says nothing of the image.</param>
    public EvidenceGraph And(IReadOnlyList<int> classes)
    {
        var further = OfClasses(classes);
        return new EvidenceGraph(
            [.. _partners, .. further._partners.Select(partners => partners.Select(other => Count + other).ToArray())],
            [.. _subjects, .. further._subjects.Select(subject => Count + subject)]);
    }

    /// <summary>
    /// Keeps some subjects back, to see whether learning from the others helps them. Whole subjects: a pair whose partners are learned from
    /// says nothing of images that come later.
    /// </summary>
    /// <param name="share">The share of pairs to keep back, above 0 and below 1.</param>
    /// <param name="seed">Which.</param>
    /// <param name="apart">Subjects that are not learned from in any case; of them the same share is kept back, apart from the others.</param>
    /// <returns>
    /// The evidence to learn from, which has all images, and the pairs kept back: about that share, at least one subject of several if there
    /// are two, and never all. The images of a subject kept back are still one subject: nobody learns that they are strangers.
    /// </returns>
    public (EvidenceGraph Learned, IReadOnlyList<EvidencePair> HeldOut) HoldOut(double share, int seed, IReadOnlySet<int>? apart = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        var ofSubject = Pairs().ToLookup(pair => Subject(pair.First));
        int[] order = [.. ofSubject.Select(pairs => pairs.Key).Order()];
        new Random(seed).Shuffle(order);
        var learned = order.Where(subject => apart?.Contains(subject) != true).ToList();
        List<EvidencePair> taken = [.. Take(learned, learned.Count - 1), .. apart is null ? [] : Take(order.Where(apart.Contains).ToList(), order.Length)];
        var held = taken.Select(pair => Subject(pair.First)).ToHashSet();
        return (new EvidenceGraph([.. _partners.Select((partners, image) => held.Contains(Subject(image)) ? [] : partners)], _subjects), taken);

        List<EvidencePair> Take(List<int> subjects, int most)
        {
            var wanted = share * subjects.Sum(subject => ofSubject[subject].Count());
            var pairs = new List<EvidencePair>();
            foreach (var subject in subjects.Take(most))
            {
                if (pairs.Count >= wanted)
                {
                    break;
                }

                // A subject with most of the pairs would leave little to learn from.
                if (pairs.Count == 0 || pairs.Count + ofSubject[subject].Count() <= 2 * wanted)
                {
                    pairs.AddRange(ofSubject[subject]);
                }
            }

            return pairs;
        }
    }
}
