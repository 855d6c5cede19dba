using Pipeline.Tests.Support.Qdrant;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>A test that needs Qdrant's description of itself, which is not part of the repository.</summary>
public sealed class DescriptionFactAttribute : FactAttribute
{
    public DescriptionFactAttribute()
    {
        if (QdrantDescription.Find() is null)
        {
            Skip = $"Qdrant's OpenAPI description is not at {QdrantDescription.Path}; name it by PIPELINE_QDRANT_OPENAPI.";
        }
    }
}
