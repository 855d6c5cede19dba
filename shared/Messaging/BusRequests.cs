using MassTransit;
using Pipeline.Contracts.Queries;

namespace Pipeline.Messaging;

/// <summary>Requests to other services.</summary>
public static class BusRequests
{
    /// <summary>Asks whoever answers such requests.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TAnswer">The answer hoped for.</typeparam>
    /// <exception cref="PermanentException">The request was refused.</exception>
    /// <exception cref="RequestTimeoutException">Nobody answered in time.</exception>
    public static async Task<TAnswer> AskAsync<TRequest, TAnswer>(this IBus bus, TRequest request, TimeSpan timeout, CancellationToken ct)
        where TRequest : class
        where TAnswer : class
    {
        ArgumentNullException.ThrowIfNull(bus);
        var client = bus.CreateRequestClient<TRequest>(timeout);
        var response = await client.GetResponse<TAnswer, RequestRefused>(request, ct);
        return response.Is(out Response<TAnswer>? answer)
            ? answer.Message
            : response.Is(out Response<RequestRefused>? refused)
                ? throw new PermanentException(refused.Message.Reason, refused.Message.Detail)
                : throw new InvalidOperationException($"{typeof(TRequest).Name} was answered by neither {typeof(TAnswer).Name} nor a refusal.");
    }
}
