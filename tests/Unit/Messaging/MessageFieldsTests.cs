using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pipeline.Contracts;
using Pipeline.Messaging.Policy;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

public sealed class MessageFieldsTests
{
    private const string Id = "0198c1de-8f6e-7c52-a8a4-0d6c8a6e2f01";

    [Fact]
    public void Reads_plain_json_whatever_the_case_of_its_names()
    {
        var fields = Read($$"""{ "Collection": "photos", "tenant": "acme", "UPLOADID": "{{Id}}", "schemaVersion": 7, "traffic": "bulk" }""");

        Assert.Equal(("photos", "acme", Guid.Parse(Id), 7L, TrafficClass.Bulk), (fields.Collection, fields.Tenant, fields.UploadId, fields.SchemaVersion, fields.Traffic));
    }

    [Fact]
    public void Reads_the_message_inside_an_envelope()
    {
        var fields = Read($$"""
            { "messageId": "{{Id}}", "correlationId": "{{Guid.NewGuid()}}", "message": { "imageId": "{{Id}}", "correlationId": "{{Id}}", "incarnation": 4 }, "headers": { "collection": "no" } }
            """);

        Assert.Equal((Guid.Parse(Id), Guid.Parse(Id), Guid.Parse(Id), 4), (fields.MessageId, fields.ImageId, fields.CorrelationId, fields.Incarnation));
        Assert.Null(fields.Collection);
    }

    [Fact]
    public void Keeps_what_stands_before_the_fault()
    {
        Assert.Equal("photos", Read("""{ "collection": "photos", "source": { "uri": """).Collection);
        Assert.Equal("photos", Read("""{ "collection": "photos", "x": """ + new string('[', 50_000)).Collection);
    }

    [Fact]
    public void Ignores_fields_of_the_wrong_type()
    {
        var fields = Read("""{ "collection": 5, "tenant": ["a"], "imageId": {"a": 1}, "incarnation": "x", "schemaVersion": 1.5, "traffic": 1, "uploadId": "none" }""");

        Assert.True(fields.IsObject);
        Assert.Null(fields.Collection ?? fields.Tenant);
        Assert.Null(fields.ImageId ?? fields.UploadId);
        Assert.Null(fields.Incarnation ?? fields.SchemaVersion);
        Assert.Null(fields.Traffic);
    }

    [Fact]
    public void Never_throws_whatever_the_bytes()
    {
        Prop.ForAll<byte[]>(bytes => MessageFields.Read(bytes) is not null).QuickCheckThrowOnFailure();
        Prop.ForAll<byte[]>(bytes => MessageFields.Read([.. """{"collection":"""u8, .. "\""u8, .. bytes]) is not null).QuickCheckThrowOnFailure();
    }

    private static MessageFields Read(string json) => MessageFields.Read(Encoding.UTF8.GetBytes(json));
}
