using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Tests.Benchmarks.Update;

/// <summary>What the benchmark of updates measured.</summary>
/// <param name="Provider">Where the sessions ran.</param>
/// <param name="Processors">Cores.</param>
/// <param name="Images">Images of the update.</param>
/// <param name="Pairs">Their pairs.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="UpdateSeconds">The whole update, its gate included.</param>
/// <param name="MsPerStep">Of the update's own steps, on batches of <see cref="Pipeline.Learning.LearningOptions.BatchImages"/>: median.</param>
/// <param name="PeakMegabytes">The process's peak of resident memory after the update.</param>
/// <param name="Tail">A step of the tail beside its forward pass.</param>
/// <param name="Reembedding">A new head over a collection, beside extraction.</param>
internal sealed record UpdateBenchmarkFigures(
    string Provider,
    int Processors,
    int Images,
    long Pairs,
    int Steps,
    double UpdateSeconds,
    double MsPerStep,
    double PeakMegabytes,
    TailTrainingSpeed Tail,
    ReembeddingSpeed Reembedding)
{
    public static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
