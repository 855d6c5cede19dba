using System.Diagnostics;
using System.Threading.Channels;

namespace Pipeline.Onnx;

/// <summary>
/// Gathers the images of concurrent callers into inferences: by size and time on a GPU; on the CPU, where batches gain
/// nothing (measured), one image at a time on every core. One per process, over the process's one <see cref="Backbone"/>.
/// </summary>
public sealed class FeatureBatcher : IAsyncDisposable
{
    private readonly Backbone _backbone;
    private readonly TimeSpan _maxWait;
    private readonly Channel<Request> _queue;
    private readonly Task[] _workers;

    /// <summary>Starts the batcher.</summary>
    /// <param name="backbone">The network; it stays the caller's and must outlive the batcher.</param>
    /// <param name="options">Waiting time and queue limit.</param>
    public FeatureBatcher(Backbone backbone, BackboneOptions options)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(options);
        _backbone = backbone;
        _maxWait = options.MaxWait;
        _queue = Channel.CreateBounded<Request>(options.QueueLimit);
        _workers = [.. Enumerable.Range(0, backbone.Concurrency).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>Extracts the features of one image, perhaps in one inference with images of other callers.</summary>
    /// <param name="rgb">
    /// Interleaved RGB of <see cref="Backbone.InputSize"/>² pixels; must not change until the task ends. A caller who
    /// cancels must not reuse the buffer either, since inference may have begun.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; an inference begun is not interrupted.</param>
    /// <exception cref="ArgumentException">The image has another size.</exception>
    /// <exception cref="InvalidDataException">The network gave values that are not finite for this image.</exception>
    /// <exception cref="ObjectDisposedException">The batcher was disposed of.</exception>
    public async Task<CnnFeatures> ExtractAsync(ReadOnlyMemory<byte> rgb, CancellationToken cancellationToken)
    {
        if (rgb.Length != _backbone.ImageBytes)
        {
            throw new ArgumentException($"An image of {rgb.Length} bytes, {_backbone.ImageBytes} were expected.", nameof(rgb));
        }

        var request = new Request(rgb, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(FeatureBatcher));
        }

        return await request.Result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Takes no more images and ends when those waiting are done.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Request>(_backbone.MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            await FillAsync(batch);
            batch.RemoveAll(request => request.CancellationToken.IsCancellationRequested);
            if (batch.Count > 0)
            {
                Complete(batch);
            }

            batch.Clear();
        }
    }

    /// <summary>Takes what waits; then, while there is room, waits for more until the first one has waited long enough.</summary>
    private async Task FillAsync(List<Request> batch)
    {
        Take(batch);
        if (batch.Count == 0 || batch.Count == _backbone.MaxBatch || _maxWait == TimeSpan.Zero)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(_maxWait);
        try
        {
            while (batch.Count < _backbone.MaxBatch && await _queue.Reader.WaitToReadAsync(deadline.Token))
            {
                Take(batch);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // The time is up: the batch runs as it is.
        }
    }

    private void Take(List<Request> batch)
    {
        while (batch.Count < _backbone.MaxBatch && _queue.Reader.TryRead(out Request? request))
        {
            batch.Add(request);
        }
    }

    private void Complete(List<Request> batch)
    {
        try
        {
            long started = Stopwatch.GetTimestamp();
            CnnFeatures[] features = _backbone.Extract([.. batch.Select(request => request.Rgb)]);
            InferenceMetrics.Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            InferenceMetrics.Images.Record(batch.Count);
            InferenceMetrics.Fill.Record((double)batch.Count / _backbone.MaxBatch);
            for (int i = 0; i < batch.Count; i++)
            {
                batch[i].Result.TrySetResult(features[i]);
            }
        }
        catch (Exception exception) when (batch.Count == 1)
        {
            batch[0].Result.TrySetException(exception);
        }
        catch (Exception)
        {
            // One image must not fail the others of its batch: each runs alone, and the culprit gets the error.
            foreach (Request request in batch)
            {
                Complete([request]);
            }
        }
    }

    private sealed record Request(ReadOnlyMemory<byte> Rgb, CancellationToken CancellationToken)
    {
        // Continuations run elsewhere: a caller's next step must not hold up the inference loop.
        public TaskCompletionSource<CnnFeatures> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
