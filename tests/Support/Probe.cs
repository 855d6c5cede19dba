using System.Collections.Concurrent;
using MassTransit;

namespace Pipeline.Tests.Support;

/// <summary>Collects the messages of one type, for a test to wait for. Registered as a singleton beside its consumer.</summary>
public sealed class Probe<T>
    where T : class
{
    private readonly ConcurrentQueue<ConsumeContext<T>> _received = new();

    /// <summary>What has come so far, in order.</summary>
    public IReadOnlyList<T> Messages => [.. _received.Select(context => context.Message)];

    /// <summary>The same with its headers.</summary>
    public IReadOnlyList<ConsumeContext<T>> Contexts => [.. _received];

    internal void Add(ConsumeContext<T> context) => _received.Enqueue(context);

    /// <summary>Waits until at least <paramref name="count"/> have come.</summary>
    public async Task<IReadOnlyList<T>> WaitAsync(int count, TimeSpan? timeout = null)
    {
        await Eventually.TrueAsync(() => _received.Count >= count, timeout, () => $"{_received.Count} of {count} {typeof(T).Name} came");
        return Messages;
    }
}

/// <summary>Feeds a probe.</summary>
public sealed class ProbeConsumer<T>(Probe<T> probe) : IConsumer<T>
    where T : class
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<T> context)
    {
        probe.Add(context);
        return Task.CompletedTask;
    }
}
