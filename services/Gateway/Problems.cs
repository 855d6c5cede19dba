using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;

namespace Pipeline.Gateway;

/// <summary>Errors as problem details (RFC 9457), with the stable reason code in the member <c>reason</c>.</summary>
public static class Problems
{
    /// <summary>The key does not allow it.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>A service behind the Gateway did not answer in time.</summary>
    public const string NoAnswer = "no-answer";

    /// <summary>A problem with a reason code.</summary>
    public static ProblemHttpResult Of(string reason, string detail)
    {
        var status = StatusOf(reason);
        return TypedResults.Problem(
            detail,
            statusCode: status,
            title: reason,
            type: $"urn:pipeline:problem:{reason}",
            extensions: new Dictionary<string, object?> { ["reason"] = reason });
    }

    private static int StatusOf(string reason) => reason switch
    {
        RejectionReasons.UnknownCollection or RefusalReasons.UnknownImage => StatusCodes.Status404NotFound,
        RejectionReasons.TooManyBytes => StatusCodes.Status413PayloadTooLarge,
        RejectionReasons.UnsupportedFormat => StatusCodes.Status415UnsupportedMediaType,
        RejectionReasons.EmptyFile or RejectionReasons.CorruptImage or RejectionReasons.TooSmall
            or RejectionReasons.TooManyPixels or RejectionReasons.TooManyFrames => StatusCodes.Status422UnprocessableEntity,
        RefusalReasons.VersionMismatch => StatusCodes.Status409Conflict,
        Forbidden => StatusCodes.Status403Forbidden,
        NoAnswer => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}
