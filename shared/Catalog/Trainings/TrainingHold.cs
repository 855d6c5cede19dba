using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>Keeps a training's hold on its collection while it is at work, and ends the work if another attempt took over.</summary>
internal sealed class TrainingHold : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewing;
    private volatile bool _isLost;

    public TrainingHold(Func<CancellationToken, Task<bool>> renew, TrainingLimits limits, CancellationToken ct)
    {
        _lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _lost.CancelAfter(limits.Timeout);
        _renewing = RenewAsync(renew, limits.Hold);
    }

    /// <summary>Cancelled when the work has to end: cancelled by the caller, too long, or no longer this attempt's.</summary>
    public CancellationToken Token => _lost.Token;

    /// <summary>Whether the work is no longer this attempt's, or nobody can tell.</summary>
    public bool IsLost => _isLost;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewing;
        _ended.Dispose();
        _lost.Dispose();
    }

    private Task LoseAsync()
    {
        _isLost = true;
        return _lost.CancelAsync();
    }

    private async Task RenewAsync(Func<CancellationToken, Task<bool>> renew, TimeSpan hold)
    {
        using var timer = new PeriodicTimer(hold / 4);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                if (!await renew(_ended.Token))
                {
                    await LoseAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The work is over.
        }
        catch (StorageUnavailableException)
        {
            // Without the store nobody else can take over either; what was done in vain is done again.
            await LoseAsync();
        }
    }
}
