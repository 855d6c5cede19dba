using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Messaging;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>Questions as the services ask them of each other, but with the patience of tests on a busy machine.</summary>
internal static class Questions
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The answer.</summary>
    /// <exception cref="PermanentException">The request was refused.</exception>
    public static Task<TAnswer> AskAsync<TRequest, TAnswer>(this IServiceProvider services, TRequest request)
        where TRequest : class
        where TAnswer : class =>
        services.GetRequiredService<IBus>().AskAsync<TRequest, TAnswer>(request, Patience, CancellationToken.None);
}
