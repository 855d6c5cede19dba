using Pipeline.Messaging.Endpoints;

namespace Pipeline.Messaging;

/// <summary>Names of the queues beside that of a work endpoint.</summary>
public static class QueueNames
{
    /// <summary>Where messages rest between redeliveries.</summary>
    public static string Retry(string endpoint) => endpoint + EndpointSettings.RetrySuffix;

    /// <summary>Where messages lie that failed for good.</summary>
    public static string Error(string endpoint) => endpoint + EndpointSettings.ErrorSuffix;

    /// <summary>Where messages lie that killed their worker.</summary>
    public static string Quarantine(string endpoint) => endpoint + EndpointSettings.QuarantineSuffix;
}
