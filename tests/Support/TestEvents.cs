using Pipeline.Contracts.Events;

namespace Pipeline.Tests.Support;

/// <summary>Events with everything filled in.</summary>
public static class TestEvents
{
    /// <summary>A feature event of a new image.</summary>
    public static CnnExtracted Cnn(Guid? imageId = null) => new()
    {
        Collection = "photos",
        Tenant = "acme",
        ImageId = imageId ?? Guid.NewGuid(),
        CorrelationId = Guid.NewGuid(),
        Incarnation = 3,
        FeatureKey = "features/cnn/1",
        ModelVersion = "m1",
        Dimensions = 576,
    };
}
