namespace Pipeline.Tests.Benchmarks;

/// <summary>A picture that is uploaded.</summary>
/// <param name="Path">The file.</param>
/// <param name="Id">The image that it becomes in <see cref="Collection"/>.</param>
internal sealed record BenchmarkImage(string Path, Guid Id)
{
    public const string Collection = "benchmark";
}
