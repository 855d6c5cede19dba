using System.ComponentModel.DataAnnotations;

namespace Pipeline.Neighbours.Embedding;

/// <summary>Settings of collaborative index embedding.</summary>
public sealed class EmbeddingOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Mining:Embedding";

    /// <summary>a: weight of the sum of an image's SIFT neighbours beside its own CNN vector. Default 1.</summary>
    [Range(0.0, 100.0)]
    public float CnnStrength { get; set; } = 1;

    /// <summary>b: weight of the sum of an image's CNN neighbours beside its own SIFT vector. Default 1.</summary>
    [Range(0.0, 100.0)]
    public float SiftStrength { get; set; } = 1;

    /// <summary>z: entries kept of an embedded CNN vector. Default 512, which is 4 KB an image.</summary>
    [Range(1, 65_536)]
    public int CnnEntries { get; set; } = 512;

    /// <summary>y: entries kept of an embedded SIFT vector. Default 4096.</summary>
    [Range(1, 65_536)]
    public int SiftEntries { get; set; } = 4096;

    /// <summary>T: most rounds of a batch sweep. It ends earlier when the two spaces begin to agree less. Default 3.</summary>
    [Range(1, 100)]
    public int MaxIterations { get; set; } = 3;

    /// <summary>
    /// Most that a sweep may move the vectors of one index, as ‖Φ‖_F divided by the square root of the number of images, which
    /// is 0 for no change and 2 where every unit vector is turned round. Default 0.75.
    /// </summary>
    [Range(0.0, 2.0)]
    public double MaxModification { get; set; } = 0.75;
}
