using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Pipeline.Dashboard.Live;

/// <summary>Sends the figures to an open page as they change, by server-sent events.</summary>
internal static class LiveEndpoint
{
    // With reports every second, a figure is on the page within one and a half.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // The browser connects again by itself, and is asked again who it is.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static IResult Stream(LiveFigures figures, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken ct) =>
        TypedResults.ServerSentEvents(ChangesAsync(figures, time, lifetime.ApplicationStopping, ct));

    private static async IAsyncEnumerable<SseItem<IReadOnlyDictionary<string, string>>> ChangesAsync(
        LiveFigures figures, TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, ct);
        using var timer = new PeriodicTimer(Interval, time);
        var began = time.GetTimestamp();
        IReadOnlyDictionary<string, string> sent = new Dictionary<string, string>();
        var shape = "";
        do
        {
            var view = figures.Read();
            var changes = view.Texts.Where(text => !sent.TryGetValue(text.Key, out var before) || before != text.Value)
                .ToDictionary(text => text.Key, text => text.Value);
            if (view.Shape != shape)
            {
                shape = changes["shape"] = view.Shape;
            }

            sent = view.Texts;
            // Sent even if nothing changed: the page tells a quiet system from a lost connection by it.
            yield return new SseItem<IReadOnlyDictionary<string, string>>(changes, "figures");
        }
        while (time.GetElapsedTime(began) < Longest && await TickAsync(timer, end.Token));
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
