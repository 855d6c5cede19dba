using Xunit;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>A test that asks Prometheus' own tool, of Debian's package <c>prometheus</c>; skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "promtool"))))
        {
            Skip = "promtool is missing: infra/setup servers installs it.";
        }
    }
}
