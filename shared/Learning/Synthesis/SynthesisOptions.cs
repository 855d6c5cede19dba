using System.ComponentModel.DataAnnotations;

namespace Pipeline.Learning.Synthesis;

/// <summary>How inputs of old classes are synthesised.</summary>
public sealed class SynthesisOptions
{
    /// <summary>Inputs for each class. Default 12.</summary>
    [Range(1, 1000)]
    public int PerClass { get; set; } = 12;

    /// <summary>Steps of descent. Default 100.</summary>
    [Range(1, 10_000)]
    public int Steps { get; set; } = 100;

    /// <summary>Adam's rate. Default 0.05.</summary>
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
}
