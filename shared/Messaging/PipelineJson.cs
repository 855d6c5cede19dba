using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit.Serialization;

namespace Pipeline.Messaging;

/// <summary>How messages look on the wire: camelCase names, enumerations by name, no indentation.</summary>
public static class PipelineJson
{
    private static readonly Lock Gate = new();

    /// <summary>The options the bus writes and reads with.</summary>
    public static JsonSerializerOptions Options
    {
        get
        {
            // The serializer's options are one static of MassTransit: they are set once for all buses of the process.
            lock (Gate)
            {
                SystemTextJsonMessageSerializer.Options = Configure(SystemTextJsonMessageSerializer.Options);
                return SystemTextJsonMessageSerializer.Options;
            }
        }
    }

    private static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        if (options.Converters.Any(converter => converter is JsonStringEnumConverter))
        {
            return options;
        }

        var configured = new JsonSerializerOptions(options) 
        {
            WriteIndented = false,
            // A null where the contract has none is a malformed event, found when it is read and not by whoever uses it.
            RespectNullableAnnotations = true,
        };
        configured.Converters.Insert(0, new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return configured;
    }
}
