using System.Collections.Concurrent;
using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Standalone.Demo;

/// <summary>Counts the uploads of a demo as they end: indexed or rejected.</summary>
public sealed class DemoTracker
{
    private readonly ConcurrentDictionary<Guid, string?> _ended = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<Guid> _awaited = [];

    /// <summary>Number of awaited images that have ended.</summary>
    public int Ended => _ended.Keys.Count(_awaited.Contains);

    /// <summary>Ended when every awaited image has.</summary>
    public Task Done => _done.Task;

    /// <summary>Reason of each rejected image; null for those indexed.</summary>
    public IReadOnlyDictionary<Guid, string?> Outcomes => _ended;

    /// <summary>Names the images to wait for. Call before uploading.</summary>
    public void Await(IEnumerable<Guid> images) => _awaited = [.. images];

    /// <summary>An image has ended.</summary>
    public void End(Guid imageId, string? rejectionReason)
    {
        _ended.TryAdd(imageId, rejectionReason);
        if (Ended == _awaited.Count)
        {
            _done.TrySetResult();
        }
    }
}

/// <summary>Listens for the ends of images.</summary>
public sealed class DemoTrackerConsumer(DemoTracker tracker) : IConsumer<ImageIndexed>, IConsumer<ImageRejected>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ImageIndexed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        tracker.End(context.Message.ImageId, rejectionReason: null);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ImageRejected> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;

        // One stage's rejection leaves a partial image, which is indexed all the same; only the CNN's ends what search can use.
        if (message.Stage != Contracts.Stages.Sift && (message.ImageId ?? message.UploadId) is { } id)
        {
            tracker.End(id, message.Reason);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Policy of the endpoint <c>demo-tracker</c>.</summary>
public sealed class DemoTrackerConsumerDefinition() : PipelineConsumerDefinition<DemoTrackerConsumer>("demo-tracker");
