using Pipeline.Learning.Evidence;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Losses;

namespace Pipeline.Learning;

/// <summary>What an update came to.</summary>
/// <param name="Head">The trained head, a serialised ONNX model.</param>
/// <param name="Verdict">What the gate says of it.</param>
/// <param name="Learned">Pairs that it learned from.</param>
/// <param name="HeldOut">Pairs that it was judged by.</param>
/// <param name="Steps">Steps taken, in all phases.</param>
/// <param name="Synthesised">Synthesised inputs that it learned from beside the images.</param>
/// <param name="Drift">How far the update moved features, from which later ones estimate the present head's; null if the trained head gives none.</param>
public sealed record UpdateResult(byte[] Head, GateVerdict Verdict, long Learned, IReadOnlyCollection<EvidencePair> HeldOut, int Steps, int Synthesised, FeatureDrift? Drift);
