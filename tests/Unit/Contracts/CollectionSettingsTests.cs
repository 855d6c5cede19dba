using Pipeline.Contracts;
using Xunit;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class CollectionSettingsTests
{
    public static TheoryData<CollectionSettings> Invalid =>
    [
        new CollectionSettings { Encoder = new() { Bits = 8 } },
        new CollectionSettings { Encoder = new() { Bits = 60 } },
        new CollectionSettings { Encoder = new() { Bits = 264 } },
        new CollectionSettings { Encoder = new() { Version = "words-0123456789ab" } },
        new CollectionSettings { Encoder = new() { Version = "hash-0123456789AB" } },
        new CollectionSettings { Encoder = new() { Methods = [] } },
        new CollectionSettings { Encoder = new() { Methods = ["itq", " "] } },
        new CollectionSettings { Vocabulary = new() { Version = "words" } },
        new CollectionSettings { Vocabulary = new() { Words = 0 } },
        new CollectionSettings { Limits = new() { MaxImages = 0 } },
        new CollectionSettings { Limits = new() { MaxBytes = -1 } },
        new CollectionSettings { Limits = new() { MaxPixels = 0 } },
        new CollectionSettings { Limits = new() { MaxLabels = -1 } },
        new CollectionSettings { Limits = new() { MaxExternalIds = 0 } },
        new CollectionSettings { Retention = new() { Days = 0 } },
        new CollectionSettings { Retention = new() { Days = 36_501 } },
        new CollectionSettings { Encoder = null! },
        new CollectionSettings { Limits = null! },
    ];

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_setting_out_of_range_is_named(CollectionSettings settings) => Assert.NotNull(CollectionSettingsRules.Check(settings));

    [Fact]
    public void No_settings_and_all_settings_within_their_ranges_are_fine()
    {
        Assert.Null(CollectionSettingsRules.Check(new CollectionSettings()));
        Assert.Null(CollectionSettingsRules.Check(new CollectionSettings
        {
            Encoder = new() { Version = "hash-0123456789ab", Bits = 256, Methods = ["itq"], Automatic = false },
            Vocabulary = new() { Version = "words-0123456789ab", Words = 1, Automatic = true },
            Limits = new() { MaxImages = 1, MaxBytes = 1, MaxPixels = 1, MaxLabels = 0, MaxExternalIds = 1 },
            Retention = new() { Days = 36_500 },
        }));
    }
}
