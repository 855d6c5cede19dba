using Xunit;

namespace Pipeline.Tests.Integration.Servers;

/// <summary>A test that kills RabbitMQ or Redis; skipped when one of them is the user's own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrivateServersFactAttribute : FactAttribute
{
    public PrivateServersFactAttribute()
    {
        foreach (var variable in (string[])["PIPELINE_RABBITMQ_URL", "PIPELINE_REDIS_URL"])
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 })
            {
                Skip = $"{variable} names a server that is not ours to kill.";
            }
        }
    }
}
