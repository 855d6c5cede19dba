using System.ComponentModel.DataAnnotations;

namespace Pipeline.Learning.Gate;

/// <summary>What a trained head must show to serve. Section <see cref="SectionName"/>.</summary>
public sealed class GateOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "ModelUpdating:Gate";

    /// <summary>The share of pairs that are kept out of training, whole subjects at a time. Above 0, below 1. Default 0.2.</summary>
    [Range(0.01, 0.9)]
    public double HeldOutShare { get; set; } = 0.2;

    /// <summary>How much the mean reciprocal rank of held-out pairs must rise. Default 0.005.</summary>
    [Range(0.0, 1.0)]
    public double MinGain { get; set; } = 0.005;

    /// <summary>How far the share of images may fall whose nearest neighbour is a partner, among those of pairs that both spaces knew. Default 0.02.</summary>
    [Range(0.0, 1.0)]
    public double MaxForgetting { get; set; } = 0.02;

    /// <summary>The least share of the features' effective rank that must remain. Default 0.5.</summary>
    [Range(0.0, 1.0)]
    public double MinRankRatio { get; set; } = 0.5;

    /// <summary>The least share of the features' variance that must remain. Default 0.5.</summary>
    [Range(0.0, 1.0)]
    public double MinVarianceRatio { get; set; } = 0.5;
}
