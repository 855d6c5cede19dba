using MassTransit;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging.Publishing;

namespace Pipeline.Messaging;

/// <summary>Requests to other services.</summary>
public static class BusRequests
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Asks whoever answers such requests. The time holds for all of it: the bus's own time-out begins only when the broker has the request, and
    /// one that was handed to a connection as this broke would wait for its confirmation for ever. What cannot be given to the broker, or is
    /// refused by it as while a queue elects its leader, is asked again within that time.
    /// </summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TAnswer">The answer hoped for.</typeparam>
    /// <exception cref="PermanentException">The request was refused.</exception>
    /// <exception cref="RequestTimeoutException">Nobody answered in time, or the broker took the question in none of its tries.</exception>
    public static async Task<TAnswer> AskAsync<TRequest, TAnswer>(this IBus bus, TRequest request, TimeSpan timeout, CancellationToken ct)
        where TRequest : class
        where TAnswer : class
    {
        ArgumentNullException.ThrowIfNull(bus);
        var response = await WithinAsync(timeout, token => bus.CreateRequestClient<TRequest>(timeout).GetResponse<TAnswer, RequestRefused>(request, token), ct);
        return response.Is(out Response<TAnswer>? answer)
            ? answer.Message
            : response.Is(out Response<RequestRefused>? refused)
                ? throw new PermanentException(refused.Message.Reason, refused.Message.Detail)
                : throw new InvalidOperationException($"{typeof(TRequest).Name} was answered by neither {typeof(TAnswer).Name} nor a refusal.");
    }

    private static async Task<T> WithinAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(timeout);
        Exception? unsent = null;
        try
        {
            while (true)
            {
                try
                {
                    // WaitAsync: a transport that is deaf to its token while it reconnects must not outlast the time-out.
                    return await ask(end.Token).WaitAsync(end.Token);
                }
                catch (RequestException e) when (e.InnerException is { } cause && IsUnsent(e) && PublishResilience.MayPass(cause))
                {
                    unsent = e;
                    await Task.Delay(AskAgain, end.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RequestCanceledException && end.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            throw new RequestTimeoutException($"none within {timeout}", unsent ?? e);
        }
    }

    // The others are about the answer.
    private static bool IsUnsent(RequestException exception) => exception is not (RequestFaultException or RequestTimeoutException);
}
