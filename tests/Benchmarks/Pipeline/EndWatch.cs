using System.Collections.Concurrent;
using MassTransit;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Waits for the ends of uploads.</summary>
internal sealed class EndWatch
{
    private volatile Waiting _waiting = new([]);

    /// <summary>How many of the present set have ended.</summary>
    public int Ended => _waiting.Ended;

    /// <summary>Ends when all of them are indexed; fails when one is rejected, since a benchmark over refusals means nothing.</summary>
    public Task ExpectAsync(IEnumerable<Guid> images)
    {
        _waiting = new Waiting([.. images]);
        return _waiting.Done;
    }

    public void Indexed(Guid image) => _waiting.End(image);

    public void Rejected(ImageRejected rejected) => _waiting.Fail(rejected);

    private sealed class Waiting(HashSet<Guid> images)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentDictionary<Guid, bool> _ended = new();

        public Task Done => _done.Task;

        public int Ended => _ended.Count;

        public void End(Guid image)
        {
            if (images.Contains(image) && _ended.TryAdd(image, true) && _ended.Count == images.Count)
            {
                _done.TrySetResult();
            }
        }

        public void Fail(ImageRejected rejected) =>
            _done.TrySetException(new InvalidDataException($"Image {rejected.ImageId} was rejected: {rejected.Reason}: {rejected.Detail}"));
    }
}

/// <summary>Tells the watch what it hears.</summary>
internal sealed class EndWatchConsumer(EndWatch watch) : IConsumer<ImageIndexed>, IConsumer<ImageRejected>
{
    public Task Consume(ConsumeContext<ImageIndexed> context)
    {
        watch.Indexed(context.Message.ImageId);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ImageRejected> context)
    {
        watch.Rejected(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>An interactive endpoint, whose queue is light: watching is no part of what is measured.</summary>
internal sealed class EndWatchConsumerDefinition()
    : PipelineConsumerDefinition<EndWatchConsumer>("benchmark-watch", EndpointKind.Interactive, concurrency: 8, prefetch: 64);
