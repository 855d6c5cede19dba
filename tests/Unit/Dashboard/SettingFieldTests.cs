using Pipeline.Contracts;
using Pipeline.Dashboard.Collections;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class SettingFieldTests
{
    [Fact]
    public void What_the_form_shows_is_what_it_reads_again()
    {
        var settings = new CollectionSettings
        {
            Encoder = new EncoderSettings { Version = "hash-0123456789ab", Bits = 128, Methods = ["itq", "lsh"], Automatic = false },
            Vocabulary = new VocabularySettings { Version = "words-0123456789ab", Words = 4096, Automatic = true },
            Model = new ModelSettings { Automatic = false },
            Limits = new LimitSettings { MaxImages = 100_000, MaxBytes = 5_000_000_000, MaxPixels = 10_000_000, MaxLabels = 0, MaxExternalIds = 8 },
            Retention = new RetentionSettings { Days = 30 },
        };
        var form = SettingField.All.ToDictionary(field => field.Name, field => field.Read(settings));
        Assert.DoesNotContain(null, form.Values);

        var read = SettingField.Parse(form);

        Assert.Equal(settings.Encoder.Methods, read.Encoder.Methods);
        Assert.Equal(settings with { Encoder = settings.Encoder with { Methods = null } }, read with { Encoder = read.Encoder with { Methods = null } });
    }

    [Fact]
    public void An_empty_form_is_a_collection_without_settings_of_its_own() =>
        Assert.Equal(new CollectionSettings(), SettingField.Parse(SettingField.All.ToDictionary(field => field.Name, _ => (string?)" ")));

    [Theory]
    [InlineData("limits.maxImages", "many")]
    [InlineData("retention.days", "1.5")]
    [InlineData("encoder.bits", "99999999999")]
    [InlineData("model.automatic", "perhaps")]
    public void What_cannot_be_read_is_refused_by_the_field_s_name(string name, string text)
    {
        var refused = Assert.Throws<FormatException>(() => SettingField.Parse(new Dictionary<string, string?> { [name] = text }));

        Assert.StartsWith(name, refused.Message, StringComparison.Ordinal);
    }
}
