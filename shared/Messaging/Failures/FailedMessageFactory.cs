using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MassTransit;
using Pipeline.Contracts;
using Pipeline.Messaging.Policy;

namespace Pipeline.Messaging.Failures;

/// <summary>Makes sense of a message from an error queue or a quarantine.</summary>
internal static class FailedMessageFactory
{
    private const int LongestType = 256;
    private static readonly Guid Namespace = new("5b0f4b6e-1f67-5d0c-9d9e-6f2c7a1d3b44");

    public static FailedMessage Create(
        string endpoint, bool quarantined, byte[] body, string? contentType, IReadOnlyDictionary<string, string> headers, DateTimeOffset now)
    {
        var fields = MessageFields.Read(body);
        var failedAt = headers.TryGetValue(MessageHeaders.FaultTimestamp, out var text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
                ? at
                : now;
        return new FailedMessage
        {
            // Of a failure that is delivered twice, everything but the time of finding it is the same.
            Id = ImageIdentity.CreateVersion5(
                Namespace, $"{endpoint}/{quarantined}/{headers.GetValueOrDefault(MessageHeaders.FaultTimestamp)}/{Convert.ToHexString(SHA256.HashData(body))}"),
            Endpoint = endpoint,
            Quarantined = quarantined,
            Body = body,
            ContentType = contentType,
            Headers = headers,
            FailedAt = failedAt,
            ExceptionType = headers.GetValueOrDefault(MessageHeaders.FaultExceptionType),
            ExceptionMessage = headers.GetValueOrDefault(MessageHeaders.FaultMessage),
            StackTrace = headers.GetValueOrDefault(MessageHeaders.FaultStackTrace),
            MessageType = TypeOf(body),
            Collection = fields.Collection,
            ImageId = fields.ImageId,
            CorrelationId = fields.CorrelationId,
        };
    }

    /// <summary>A header's value as text, however the transport has it.</summary>
    public static string? Text(object? value) => value switch
    {
        null => null,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        DateTime time => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        _ => null,
    };

    // An envelope names its types as urn:message:Namespace:Name, the message's own first.
    public static string? TypeOf(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isTypes = reader.ValueTextEquals("messageType");
                if (!reader.Read())
                {
                    return null;
                }

                if (isTypes && reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.String
                    && reader.ValueSpan.Length <= LongestType)
                {
                    return reader.GetString()!.Split(':')[^1];
                }

                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It may have failed because it is no JSON; it has no type then.
            return null;
        }

        return null;
    }
}
