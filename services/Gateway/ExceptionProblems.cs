using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Storage;

namespace Pipeline.Gateway;

/// <summary>Gives the exceptions that callers cause, or that mean "not now", their problem details; others stay a plain 500.</summary>
public sealed class ExceptionProblems : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var problem = exception switch
        {
            BlobTooLargeException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problems.Of(RejectionReasons.TooManyBytes, "The request is larger than allowed."),
            BadHttpRequestException or JsonException or InvalidDataException => Problems.Of(RefusalReasons.InvalidRequest, "The request cannot be read."),
            StorageUnavailableException => Problems.Of(Problems.NoAnswer, "The store does not answer."),
            TimeoutException => Problems.Of(Problems.NoAnswer, "The bus does not answer."),
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }

        await problem.ExecuteAsync(httpContext);
        return true;
    }
}
