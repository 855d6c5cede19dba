using System.ComponentModel.DataAnnotations;

namespace Pipeline.Learning.Synthesis;

/// <summary>How inputs of what was learned before are synthesised. Section <see cref="SectionName"/>.</summary>
public sealed class SynthesisOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "ModelUpdating:Synthesis";

    /// <summary>Inputs for each class, where <see cref="MaxInputs"/> allows as many. Default 12.</summary>
    [Range(1, 1000)]
    public int PerClass { get; set; } = 12;

    /// <summary>Most inputs: of many classes each has fewer, and of more classes than inputs those with the most images have one. Default 256.</summary>
    [Range(1, 100_000)]
    public int MaxInputs { get; set; } = 256;

    /// <summary>Inputs where no class is known, made by the statistics alone. Default 64.</summary>
    [Range(2, 100_000)]
    public int Unclassed { get; set; } = 64;

    /// <summary>Steps of descent. Default 100.</summary>
    [Range(1, 10_000)]
    public int Steps { get; set; } = 100;

    /// <summary>Adam's rate at the first step; it falls to 0 along half a cosine. Default 0.05.</summary>
    [Range(1e-5, 10.0)]
    public double Rate { get; set; } = 0.05;

    /// <summary>Weight of the distance between the inputs' statistics and the network's, summed over its normalisations. Default 1.</summary>
    [Range(0.0, 1000.0)]
    public double Statistics { get; set; } = 1;

    /// <summary>Weight of 1 − the cosine between an input's feature and its class. Default 10.</summary>
    [Range(0.0, 1000.0)]
    public double Class { get; set; } = 10;

    /// <summary>Weight of the total variation, which keeps neighbouring places alike. Default 0.001.</summary>
    [Range(0.0, 1000.0)]
    public double TotalVariation { get; set; } = 0.001;

    /// <summary>Weight of the mean square. Default 0.001.</summary>
    [Range(0.0, 1000.0)]
    public double Energy { get; set; } = 0.001;

    /// <summary>The class of each input that is made for so many classes; −1 for all where there are none.</summary>
    internal int[] ClassOf(int classes)
    {
        if (classes == 0)
        {
            return [.. Enumerable.Repeat(-1, Unclassed)];
        }

        var each = Math.Clamp(MaxInputs / classes, 1, PerClass);
        return [.. Enumerable.Range(0, Math.Min(classes, MaxInputs)).SelectMany(one => Enumerable.Repeat(one, each))];
    }
}
