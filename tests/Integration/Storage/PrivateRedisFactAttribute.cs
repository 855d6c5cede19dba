using Xunit;

namespace Pipeline.Tests.Integration.Storage;

/// <summary>A test that kills or freezes Redis; skipped when the server is the user's own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrivateRedisFactAttribute : FactAttribute
{
    public PrivateRedisFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_REDIS_URL") is { Length: > 0 })
        {
            Skip = "PIPELINE_REDIS_URL names a server that is not ours to kill.";
        }
    }
}
