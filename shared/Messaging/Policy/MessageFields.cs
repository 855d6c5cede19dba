using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// What a rejection needs to know of a message, picked out of its body by a forward-only reader, so that it can be
/// had of bodies that are no message at all: whatever stands before the first fault is kept.
/// </summary>
internal sealed record MessageFields
{
    /// <summary>Whether the body begins as a JSON object, as every message does.</summary>
    public bool IsObject { get; private set; }

    public string? Collection { get; private set; }

    public string? Tenant { get; private set; }

    public Guid? ImageId { get; private set; }

    public Guid? UploadId { get; private set; }

    public Guid? CorrelationId { get; private set; }

    public Guid? ConversationId { get; private set; }

    public Guid? MessageId { get; private set; }

    public int? Incarnation { get; private set; }

    public long? SchemaVersion { get; private set; }

    public TrafficClass? Traffic { get; private set; }

    // Fields of one image are short: anything longer is not a field but an attack on the log.
    private const int LongestText = 256;

    /// <summary>The fields of a body: of its <c>message</c> where it is an envelope, of itself otherwise.</summary>
    public static MessageFields Read(ReadOnlySpan<byte> body)
    {
        var fields = new MessageFields();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                fields.IsObject = true;
                fields.ReadObject(ref reader, insideEnvelope: false);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not UTF-8. The fault itself is reported by the deserializer; here only what came before it matters.
        }

        return fields;
    }

    private void ReadObject(ref Utf8JsonReader reader, bool insideEnvelope)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Such names never are fields, and need not be unescaped.
            var name = reader.ValueSpan.Length <= 64 ? reader.GetString()!.ToUpperInvariant() : "";
            if (!reader.Read())
            {
                return;
            }

            if (name == "MESSAGE" && !insideEnvelope && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref reader, insideEnvelope: true);
                continue;
            }

            switch (name)
            {
                case "COLLECTION":
                    Collection ??= Text(ref reader);
                    break;
                case "TENANT":
                    Tenant ??= Text(ref reader);
                    break;
                case "IMAGEID":
                    ImageId ??= Id(ref reader);
                    break;
                case "UPLOADID":
                    UploadId ??= Id(ref reader);
                    break;
                case "CORRELATIONID":
                    // The message's own comes after the envelope's, and wins.
                    CorrelationId = Id(ref reader) ?? CorrelationId;
                    break;
                case "CONVERSATIONID" when !insideEnvelope:
                    ConversationId ??= Id(ref reader);
                    break;
                case "MESSAGEID" when !insideEnvelope:
                    MessageId ??= Id(ref reader);
                    break;
                case "INCARNATION":
                    Incarnation ??= reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var incarnation) ? incarnation : null;
                    break;
                case "TRAFFIC":
                    Traffic ??= Enum.TryParse<TrafficClass>(Text(ref reader), ignoreCase: true, out var traffic) ? traffic : null;
                    break;
                case "SCHEMAVERSION":
                    SchemaVersion ??= reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var version) ? version : null;
                    break;
            }

            reader.Skip();
        }
    }

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= LongestText ? reader.GetString() : null;

    private static Guid? Id(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= LongestText && Guid.TryParse(reader.GetString(), out var id) ? id : null;
}
