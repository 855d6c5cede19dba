using Xunit;

namespace Pipeline.Tests.Integration.Qdrant;

/// <summary>A test that makes the server fail, which only the double lets it.</summary>
public sealed class DoubleFactAttribute : FactAttribute
{
    public DoubleFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_QDRANT_URL") is { Length: > 0 })
        {
            Skip = "A Qdrant given by PIPELINE_QDRANT_URL is not ours to break.";
        }
    }
}
