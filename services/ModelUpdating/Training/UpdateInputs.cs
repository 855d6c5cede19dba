using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Losses;
using Pipeline.Learning.Synthesis;
using Pipeline.ModelUpdating.Evidence;

namespace Pipeline.ModelUpdating.Training;

/// <summary>What a training runs on.</summary>
/// <param name="Head">The present head.</param>
/// <param name="Images">The images of the plan whose features are there.</param>
/// <param name="LeftOut">How many others there are.</param>
/// <param name="Pairs">The pairs among them.</param>
/// <param name="Places">For each of the images its place in the plan.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Earlier">How far each update moved features that led to the head, the latest first.</param>
public sealed record UpdateInputs(
    byte[] Head, LearningImages Images, int LeftOut, IReadOnlyList<PlannedPair> Pairs, IReadOnlyList<PlannedImage> Places, int Seed, IReadOnlyList<FeatureDrift> Earlier)
{
    /// <summary>The pairs as evidence.</summary>
    public EvidenceGraph Evidence { get; } = EvidenceGraph.OfPairs(Images.Count, Pairs.Select(pair => new EvidencePair(pair.First, pair.Second)));

    /// <summary>The subjects of the evidence that the present model has learned: all of their pairs.</summary>
    public IReadOnlySet<int> LearnedBefore() =>
        Pairs.GroupBy(pair => Evidence.Subject(pair.First)).Where(pairs => pairs.All(pair => !pair.IsNew)).Select(pairs => pairs.Key).ToHashSet();

    /// <summary>The pairs that the present model or the trained one has learned, as hashes.</summary>
    /// <param name="heldOut">Those that the trained one has not.</param>
    public ulong[] Learned(IReadOnlyCollection<EvidencePair> heldOut) =>
    [
        .. Pairs.Where(pair => !pair.IsNew || !heldOut.Contains(new EvidencePair(pair.First, pair.Second)))
            .Select(pair => PairHash.Of(Places[pair.First].Id, Places[pair.Second].Id)),
    ];

    /// <summary>The pairs that both feature spaces know, which must not be forgotten.</summary>
    public IReadOnlyCollection<EvidencePair> Known() =>
        [.. Pairs.Where(pair => pair.Kind == Contracts.Events.PairKinds.Confirmed).Select(pair => new EvidencePair(pair.First, pair.Second))];

    /// <summary>32 bytes that differ wherever a training would run otherwise: whose checkpoint it is.</summary>
    /// <param name="learning">The recipe.</param>
    /// <param name="synthesis">How inputs are synthesised.</param>
    /// <param name="heldOutShare">What is kept back.</param>
    public byte[] Digest(LearningOptions learning, SynthesisOptions synthesis, double heldOutShare) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new { Head = Convert.ToHexString(SHA256.HashData(Head)), Places, Pairs, Seed, Earlier, learning, synthesis, heldOutShare }));
}
