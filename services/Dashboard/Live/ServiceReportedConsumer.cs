using System.Globalization;
using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Dashboard.Live;

/// <summary>Hands what processes report to the monitor.</summary>
internal sealed class ServiceReportedConsumer(PipelineMonitor monitor) : IConsumer<ServiceReported>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ServiceReported> context)
    {
        monitor.Add(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>
/// A queue of each dashboard process's own, gone with it: each has to hear every report, and none is worth keeping.
/// </summary>
internal sealed class ServiceReportedConsumerDefinition()
    : PipelineConsumerDefinition<ServiceReportedConsumer>(EndpointName, EndpointKind.Interactive, stage: "dashboard", prefetch: 64, concurrency: 1)
{
    /// <summary>How the names of such queues begin; they are of no interest to who looks at the pipeline.</summary>
    public const string Prefix = "dashboard-reports-";

    /// <summary>The queue's name.</summary>
    public static new string EndpointName { get; } =
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}");
}
