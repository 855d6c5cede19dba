using System.Text.Json;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>One stage with so many worker processes.</summary>
/// <param name="Workers">Processes of one thread each.</param>
/// <param name="ImagesPerSecond">Between the first image done and the last.</param>
/// <param name="CpuSecondsPerImage">Of the workers alone.</param>
internal sealed record StageFigures(int Workers, double ImagesPerSecond, double CpuSecondsPerImage);

/// <summary>Messages through one queue, the median of three rounds.</summary>
/// <param name="MessagesPerSecond">From the first publish to the last acknowledgement.</param>
/// <param name="CpuMicroseconds">Processor time of publisher and consumer for a message, the broker's left out.</param>
/// <param name="BrokerCpuMicroseconds">The broker's; null where it is not ours to look at.</param>
internal sealed record MessageFigures(double MessagesPerSecond, double CpuMicroseconds, double? BrokerCpuMicroseconds);

/// <summary>Pipeline and bare client, on the same bodies, queues and confirms.</summary>
/// <param name="BodyBytes">Size of a message's body.</param>
/// <param name="Pipeline">An event published by <c>IEventPublisher</c>, consumed at a work endpoint.</param>
/// <param name="RawClient">RabbitMQ.Client alone.</param>
internal sealed record MessageComparison(int BodyBytes, MessageFigures Pipeline, MessageFigures RawClient);

/// <summary>What one image costs, all services at work.</summary>
/// <param name="Images">How many were measured.</param>
/// <param name="CpuSeconds">Processor seconds an image by process.</param>
/// <param name="Bytes">Bytes an image by store.</param>
internal sealed record ImageCost(int Images, IReadOnlyDictionary<string, double> CpuSeconds, IReadOnlyDictionary<string, long> Bytes);

/// <summary>What the scale benchmark measured.</summary>
internal sealed record ScaleFigures(
    string Service, int ImagesPerMeasurement, int Cores, IReadOnlyList<StageFigures> Stages, MessageComparison? Messages, ImageCost Cost)
{
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
