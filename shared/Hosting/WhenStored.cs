using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>Work at the start of a process that needs a store: it waits for the store as messages do, rather than end the process.</summary>
public static partial class WhenStored
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Does the work, again and again with growing pauses while a store does not serve; that is logged once.</summary>
    /// <param name="work">May be begun anew.</param>
    /// <param name="what">Names the work in the log.</param>
    /// <param name="logger">Hears of the wait.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="time">The clock of the pauses; null for the system's.</param>
    /// <exception cref="OperationCanceledException">The process ends.</exception>
    public static async Task DoAsync(Func<CancellationToken, Task> work, string what, ILogger logger, CancellationToken ct, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work(ct);
                return;
            }
            catch (StorageUnavailableException e) when (!ct.IsCancellationRequested)
            {
                if (pause == FirstPause)
                {
                    LogWaits(logger, what, e.Message);
                }

                await Task.Delay(pause, time ?? TimeProvider.System, ct);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} waits for a store: {Error}")]
    private static partial void LogWaits(ILogger logger, string work, string error);
}
