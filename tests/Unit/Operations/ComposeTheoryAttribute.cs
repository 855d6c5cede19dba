using Xunit;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>A theory that asks Compose itself; skipped where <c>docker-compose</c> is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ComposeTheoryAttribute : TheoryAttribute
{
    public ComposeTheoryAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "docker-compose"))))
        {
            Skip = "docker-compose is missing.";
        }
    }
}
