using System.Collections.Concurrent;
using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Tests.Support;

/// <summary>What a consumer under test does with a message, and what it has met.</summary>
public sealed class ConsumerScript(Func<ConsumeContext<CnnExtracted>, int, Task> act)
{
    private readonly ConcurrentDictionary<Guid, int> _attempts = new();

    /// <summary>How often each image's message was tried.</summary>
    public IReadOnlyDictionary<Guid, int> Attempts => _attempts;

    /// <summary>The sum over all messages.</summary>
    public int TotalAttempts => _attempts.Values.Sum();

    /// <summary>Images whose message was consumed to the end, in order; twice where it came twice.</summary>
    public ConcurrentQueue<Guid> Done { get; } = new();

    internal async Task RunAsync(ConsumeContext<CnnExtracted> context)
    {
        var attempt = _attempts.AddOrUpdate(context.Message.ImageId, 1, (_, count) => count + 1);
        await act(context, attempt);
        Done.Enqueue(context.Message.ImageId);
    }
}

/// <summary>Does what its script says.</summary>
public sealed class ScriptedConsumer(ConsumerScript script) : IConsumer<CnnExtracted>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<CnnExtracted> context) => script.RunAsync(context);
}

/// <summary>A work endpoint, prefetch 16, four at once.</summary>
public sealed class ScriptedConsumerDefinition() : PipelineConsumerDefinition<ScriptedConsumer>("scripted", stage: "hash", prefetch: 16, concurrency: 4);
