using System.Runtime.Serialization;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Messaging.Policy;

/// <summary>Asks all classifiers what an exception means, from the outermost exception inwards.</summary>
internal sealed class ErrorClassification(IEnumerable<IErrorClassifier> classifiers)
{
    private readonly IErrorClassifier[] _classifiers = [.. classifiers];

    /// <summary>The class of a consumer's exception; null is transient.</summary>
    public ErrorClass? Classify(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is PermanentException permanent)
            {
                return new ErrorClass.Permanent(permanent.Reason, permanent.Message);
            }

            foreach (var classifier in _classifiers)
            {
                if (classifier.Classify(current) is { } known)
                {
                    return known;
                }
            }
        }

        return null;
    }

    /// <summary>The class of an exception that a delivery met, which may be its body's fault.</summary>
    public ErrorClass? Classify(Exception exception, DeliveryState state, MessageFields fields) =>
        !state.Deserialized && (!fields.IsObject || IsUnreadableBody(exception))
            ? fields.SchemaVersion is { } version && version != SchemaVersions.Current
                ? new ErrorClass.Permanent(RejectionReasons.UnknownSchemaVersion, $"Schema version {version} is not known; this system reads {SchemaVersions.Current}.")
                : new ErrorClass.Permanent(RejectionReasons.MalformedEvent, Innermost(exception))
            : Classify(exception);

    private static bool IsUnreadableBody(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is SerializationException or JsonException or FormatException or NotSupportedException or InvalidCastException
                or InvalidOperationException { Source: "System.Text.Json" })
            {
                return true;
            }
        }

        return false;
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message;
    }
}
