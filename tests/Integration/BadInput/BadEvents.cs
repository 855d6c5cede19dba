using Pipeline.Contracts;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Upload events that break the contract. <c>ID</c> stands for the upload's id.</summary>
internal static class BadEvents
{
    /// <summary>Events that are JSON, and why they must be refused.</summary>
    public static readonly IReadOnlyDictionary<string, (string Reason, string Body)> Refused = new Dictionary<string, (string, string)>
    {
        ["no collection"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","source":{"uri":"file:///a"}}"""),
        ["no source"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests"}"""),
        ["empty source"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests","source":{}}"""),
        ["two sources"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests","source":{"uri":"file:///a","bytes":"AAAA"}}"""),
        ["collection is null"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":null,"source":{"uri":"file:///a"}}"""),
        ["collection is a number"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":17,"source":{"uri":"file:///a"}}"""),
        ["source is a string"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests","source":"file:///a"}"""),
        ["bytes are no base64"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests","source":{"bytes":"not base64!"}}"""),
        ["unknown traffic class"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests","traffic":"urgent","source":{"uri":"file:///a"}}"""),
        ["empty label"] = (RejectionReasons.MalformedEvent, """{"uploadId":"ID","collection":"tests","labels":[""],"source":{"uri":"file:///a"}}"""),
        ["schema version 99"] = (RejectionReasons.UnknownSchemaVersion, """{"schemaVersion":99,"uploadId":"ID","collection":"tests","source":{"uri":"file:///a"}}"""),
        ["schema version 99 of another shape"] = (RejectionReasons.UnknownSchemaVersion, """{"schemaVersion":99,"uploadId":"ID","collection":{"name":"tests"}}"""),
        ["unknown collection"] = (RejectionReasons.UnknownCollection, """{"uploadId":"ID","collection":"nowhere","source":{"uri":"file:///a"}}"""),
        ["collection climbs"] = (RejectionReasons.InvalidCollection, """{"uploadId":"ID","collection":"../tests","source":{"uri":"file:///a"}}"""),
        ["collection is empty"] = (RejectionReasons.InvalidCollection, """{"uploadId":"ID","collection":"","source":{"uri":"file:///a"}}"""),
        ["collection is shouted"] = (RejectionReasons.InvalidCollection, """{"uploadId":"ID","collection":"TESTS","source":{"uri":"file:///a"}}"""),
        ["tenant climbs"] = (RejectionReasons.InvalidCollection, """{"uploadId":"ID","collection":"tests","tenant":"a/b","source":{"uri":"file:///a"}}"""),
    };

    /// <summary>Bodies that are no JSON object, and so name no upload.</summary>
    public static readonly IReadOnlyList<string> Unreadable =
        ["{\"collection\":\"tests\",\"source\":", "not json at all", "[1,2,3]", "17", "\"text\"", "\0\u0001\u0002", ""];

    /// <summary>The body with its upload's id.</summary>
    public static string Body(string name, Guid uploadId) =>
        Refused[name].Body.Replace("ID", uploadId.ToString(), StringComparison.Ordinal);
}
