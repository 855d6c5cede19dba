using Microsoft.Extensions.Logging;

namespace Pipeline.Messaging.Policy;

/// <summary>
/// Pauses an endpoint while a dependency is away: messages wait in <see cref="EnterAsync"/>, neither acknowledged nor
/// failed, and one at a time is let through as a probe, with growing pauses. The first that passes lets all go on.
/// </summary>
internal sealed class EndpointCircuit(string endpoint, TimeSpan probeInterval, TimeSpan maxProbeInterval, ILogger logger, TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private string? _dependency;
    private bool _probing;
    private TimeSpan _pause;
    private DateTimeOffset _openedAt;
    private DateTimeOffset _nextProbe;

    public string Endpoint => endpoint;

    public bool IsOpen => Dependency is not null;

    /// <summary>What it waits for; null while it does not.</summary>
    public string? Dependency
    {
        get
        {
            lock (_gate)
            {
                return _dependency;
            }
        }
    }

    /// <summary>Waits until an attempt may be made; null when <paramref name="deadline"/> passed or the process stops.</summary>
    public async ValueTask<CircuitLease?> EnterAsync(DateTimeOffset deadline, CancellationToken stopping)
    {
        while (true)
        {
            Task changed;
            TimeSpan pause;
            lock (_gate)
            {
                if (_dependency is null)
                {
                    return new CircuitLease(this, isProbe: false);
                }

                var now = time.GetUtcNow();
                if (now >= deadline || stopping.IsCancellationRequested)
                {
                    return null;
                }

                if (!_probing && now >= _nextProbe)
                {
                    _probing = true;
                    return new CircuitLease(this, isProbe: true);
                }

                changed = _changed.Task;
                pause = _probing || deadline < _nextProbe ? deadline - now : _nextProbe - now;
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(changed, Task.Delay(pause, time, timer.Token));
            await timer.CancelAsync();
        }
    }

    public void ProbePassed()
    {
        string? dependency;
        TimeSpan away;
        lock (_gate)
        {
            dependency = _dependency;
            away = time.GetUtcNow() - _openedAt;
            _dependency = null;
            _probing = false;
            Signal();
        }

        if (dependency is not null)
        {
            logger.EndpointResumed(endpoint, dependency, away);
        }
    }

    public void ProbeUndecided()
    {
        lock (_gate)
        {
            _probing = false;
            _nextProbe = time.GetUtcNow();
            Signal();
        }
    }

    public void Failed(string dependency, Exception error, bool wasProbe)
    {
        bool opened;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            opened = _dependency is null;
            if (opened)
            {
                _openedAt = now;
                _pause = probeInterval;
                _nextProbe = now + _pause;
            }
            else if (wasProbe)
            {
                _probing = false;
                _pause = _pause * 2 < maxProbeInterval ? _pause * 2 : maxProbeInterval;
                _nextProbe = now + _pause;
            }

            _dependency = dependency;
            Signal();
        }

        if (opened)
        {
            logger.EndpointPaused(endpoint, dependency, error);
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    // Waiters go on elsewhere, never inside the lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
