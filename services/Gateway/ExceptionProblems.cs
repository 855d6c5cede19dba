using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Diagnostics;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Gateway;

/// <summary>
/// Gives every exception its problem details: those that callers cause, those that mean "not now", and the rest, which is
/// a fault of ours, told to the log and not to the caller.
/// </summary>
public sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var problem = exception switch
        {
            BlobTooLargeException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problems.Of(RejectionReasons.TooManyBytes, "The request is larger than allowed."),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
                Problems.OfStatus(StatusCodes.Status415UnsupportedMediaType),
            BadHttpRequestException or InvalidDataException => Problems.Of(RefusalReasons.InvalidRequest, exception.Message),
            JsonException { Path: var path } => Problems.Of(
                RefusalReasons.InvalidRequest, string.IsNullOrEmpty(path) ? "The body is no JSON." : $"The JSON is not understood at {path}."),
            PermanentException refused => Problems.Of(refused.Reason, refused.Message),
            StorageUnavailableException or StateConflictException => Problems.Of(Problems.NoAnswer, "The store does not answer."),
            RequestTimeoutException or TimeoutException => Problems.Of(Problems.NoAnswer, "The services behind did not answer in time."),
            RequestFaultException fault when IsOutage(fault) => Problems.Of(Problems.NoAnswer, "A service behind did not answer in time."),
            _ => Problems.OfStatus(StatusCodes.Status500InternalServerError),
        };
        if (problem.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            LogFailed(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
        }

        await problem.ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>Whether the service that answered with a fault was itself let down, rather than wrong.</summary>
    private static bool IsOutage(RequestFaultException fault) =>
        fault.Fault?.Exceptions.Any(e => e.ExceptionType is { } type
            && (type == typeof(RequestTimeoutException).FullName
                || type == typeof(StorageUnavailableException).FullName
                || type == typeof(TimeoutException).FullName)) ?? false;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
