using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class EventHeaderTests
{
    [Fact]
    public void A_message_takes_over_every_field_that_all_messages_about_an_image_have()
    {
        var cause = new ImageDeleted
        {
            Collection = "photos", Tenant = "acme", ImageId = Guid.NewGuid(), CorrelationId = Guid.NewGuid(), Incarnation = 3, Traffic = TrafficClass.Bulk,
        };

        var message = new SiftExtracted { Collection = "", ImageId = Guid.Empty, FeatureKey = "key", SiftVersion = "s1", Keypoints = 7 }.About(cause);

        // By reflection, so that a field added later is not forgotten.
        var header = typeof(ImageEvent).GetProperties().Where(property => property.CanWrite).ToArray();
        Assert.Equal(7, header.Length);
        Assert.All(header, property => Assert.Equal(property.GetValue(cause), property.GetValue(message)));
        Assert.Equal(("key", "s1", 7), (message.FeatureKey, message.SiftVersion, message.Keypoints));
    }
}
