using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Onnx;

/// <summary>
/// The network that makes CNN features and how pixels are prepared for it. Section <see cref="SectionName"/>. With
/// nothing set it is the default backbone, imported from its GGUF weights.
/// </summary>
public sealed class BackboneOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Onnx:Backbone";

    /// <summary>ImageNet's channel means (red, green, blue; pixels in 0..1).</summary>
    public static IReadOnlyList<float> ImageNetMean { get; } = [0.485f, 0.456f, 0.406f];

    /// <summary>ImageNet's channel deviations (red, green, blue; pixels in 0..1).</summary>
    public static IReadOnlyList<float> ImageNetDeviation { get; } = [0.229f, 0.224f, 0.225f];

    /// <summary>An ONNX model; null takes the default backbone.</summary>
    public string? ModelPath { get; set; }

    /// <summary>The default backbone's GGUF weights; null takes those beside the program.</summary>
    public string? WeightsPath { get; set; }

    /// <summary>
    /// Expected SHA-256 of the ONNX artifact, 64 hexadecimal digits. Null pins the default backbone to its known hash
    /// and leaves another model, or other weights, unpinned.
    /// </summary>
    [RegularExpression("^[0-9a-fA-F]{64}$", ErrorMessage = "Sha256 must be 64 hexadecimal digits.")]
    public string? Sha256 { get; set; }

    /// <summary>The model's input: float [N, 3, InputSize, InputSize], red first.</summary>
    [Required]
    public string InputName { get; set; } = "input";

    /// <summary>Side of the square input in pixels.</summary>
    [Range(16, 4096)]
    public int InputSize { get; set; } = 224;

    /// <summary>
    /// Subtracted from each channel of pixels in 0..1, red first; null takes <see cref="ImageNetMean"/>. (No default
    /// array here: configuration would append to it instead of replacing it.)
    /// </summary>
    public float[]? Mean { get; set; }

    /// <summary>Divides each channel after the mean was subtracted; null takes <see cref="ImageNetDeviation"/>.</summary>
    public float[]? Std { get; set; }

    /// <summary>The output [N, D] or [N, D, 1, 1] that becomes the embedding.</summary>
    [Required]
    public string EmbeddingOutput { get; set; } = "embedding";

    /// <summary>
    /// Where the trainable tail begins: the output, or any value inside the model, [N, …], that is kept of each image. Default <c>trunk</c>, the built-in backbone's
    /// first stage of 7×7. An earlier one trains more layers and is larger: <c>features.7.block.3.1</c>, 48×14×14, is twice as large. Null
    /// keeps none, so that nothing can be trained.
    /// </summary>
    public string? TrunkOutput { get; set; } = "trunk";

    /// <summary>Most images in one inference; 0 takes what was measured best: 1 on the CPU, 32 on a GPU.</summary>
    [Range(0, 1024)]
    public int MaxBatch { get; set; }

    /// <summary>How long the first image of a batch waits for others. Without effect where batches hold one image.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Inferences that run side by side; 0 takes one per core on the CPU and two on a GPU.</summary>
    [Range(0, 256)]
    public int Concurrency { get; set; }

    /// <summary>Images that may wait for inference before callers are held back.</summary>
    [Range(1, 100_000)]
    public int QueueLimit { get; set; } = 256;
}

/// <summary>Checks what attributes cannot: the channel statistics, and files named but absent.</summary>
internal sealed class BackboneOptionsValidator : IValidateOptions<BackboneOptions>
{
    public ValidateOptionsResult Validate(string? name, BackboneOptions options)
    {
        var failures = new List<string>();
        if (options.Mean is { } mean && (mean.Length != 3 || !mean.All(float.IsFinite)))
        {
            failures.Add("Onnx:Backbone:Mean must be three finite numbers, red first.");
        }

        if (options.Std is { } deviation && (deviation.Length != 3 || !deviation.All(value => float.IsFinite(value) && value > 0)))
        {
            failures.Add("Onnx:Backbone:Std must be three positive numbers, red first.");
        }

        if (options.ModelPath is not null && options.WeightsPath is not null)
        {
            failures.Add("Set one of Onnx:Backbone:ModelPath and Onnx:Backbone:WeightsPath, not both.");
        }

        foreach (string? path in new[] { options.ModelPath, options.WeightsPath })
        {
            if (path is not null && !File.Exists(path))
            {
                failures.Add($"Onnx:Backbone: there is no file {path}.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
