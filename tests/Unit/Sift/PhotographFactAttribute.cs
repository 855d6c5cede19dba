using Xunit;

namespace Pipeline.Tests.Unit.Sift;

/// <summary>A test on real photographs, skipped in words where PIPELINE_DATA does not name them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PhotographFactAttribute : FactAttribute
{
    public PhotographFactAttribute(string folder)
    {
        if (Root is null || !Directory.Exists(Path.Combine(Root, folder)))
        {
            Skip = $"PIPELINE_DATA names no folder with {folder}/.";
        }
    }

    public static string? Root => Environment.GetEnvironmentVariable("PIPELINE_DATA");
}
