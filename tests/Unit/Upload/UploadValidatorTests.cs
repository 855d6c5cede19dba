using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Upload;
using Xunit;

namespace Pipeline.Tests.Unit.Upload;

public sealed class UploadValidatorTests
{
    private static readonly ImageUploaded Good = new() { Collection = "shop", Source = new ImageSource { Uri = "file:///pictures/a.jpg" } };

    public static TheoryData<string, ImageUploaded> Bad => new()
    {
        { RejectionReasons.UnknownSchemaVersion, Good with { SchemaVersion = 2 } },
        { RejectionReasons.MalformedEvent, Good with { Collection = null! } },
        { RejectionReasons.MalformedEvent, Good with { Source = null! } },
        { RejectionReasons.MalformedEvent, Good with { Source = new ImageSource() } },
        { RejectionReasons.MalformedEvent, Good with { Source = new ImageSource { Uri = "file:///a", ObjectKey = "incoming/a" } } },
        { RejectionReasons.MalformedEvent, Good with { ExternalId = "" } },
        { RejectionReasons.MalformedEvent, Good with { ExternalId = new string('x', 513) } },
        { RejectionReasons.MalformedEvent, Good with { ExternalId = "two\nlines" } },
        { RejectionReasons.MalformedEvent, Good with { ExternalId = "half \ud83d" } },
        { RejectionReasons.MalformedEvent, Good with { Labels = [null!] } },
        { RejectionReasons.MalformedEvent, Good with { Labels = [new string('x', 129)] } },
        { RejectionReasons.MalformedEvent, Good with { Labels = ["a\0b"] } },
        { RejectionReasons.MalformedEvent, Good with { Labels = null! } },
        { RejectionReasons.MalformedEvent, Good with { Labels = [""] } },
        { RejectionReasons.MalformedEvent, Good with { Labels = [.. Enumerable.Repeat("x", 65)] } },
        { RejectionReasons.InvalidCollection, Good with { Collection = "../etc" } },
        { RejectionReasons.InvalidCollection, Good with { Tenant = "A B" } },
    };

    [Fact]
    public void Accepts_a_good_event() => Assert.Null(UploadValidator.Check(Good));

    [Fact]
    public void Accepts_names_in_any_script_up_to_their_limits() => Assert.Null(UploadValidator.Check(
        Good with { ExternalId = new string('x', 512), Labels = [.. Enumerable.Repeat("städte 🌉", 63), new string('y', 128)] }));

    [Theory]
    [MemberData(nameof(Bad))]
    public void Names_what_is_wrong(string reason, ImageUploaded upload) => Assert.Equal(reason, UploadValidator.Check(upload)?.Reason);
}
