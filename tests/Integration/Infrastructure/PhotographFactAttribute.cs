using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

/// <summary>A test that needs the photographs which <c>infra/setup photos</c> puts into <c>artifacts/photos</c>.</summary>
internal sealed class PhotographFactAttribute : FactAttribute
{
    public PhotographFactAttribute()
    {
        if (!Directory.Exists(Folder))
        {
            Skip = "The photographs are missing: run infra/setup photos.";
        }
    }

    public static string Folder => Environment.GetEnvironmentVariable("PIPELINE_PHOTOS") is { Length: > 0 } folder
        ? folder
        : Path.Combine(RepositoryRoot.Path, "artifacts", "photos");
}
