using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;

namespace Pipeline.Gateway;

/// <summary>Errors as problem details (RFC 9457), with the stable reason code in the member <c>reason</c>.</summary>
public static class Problems
{
    /// <summary>No key was presented, or an unknown one.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The key does not allow it.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>There is no such address.</summary>
    public const string NotFound = "not-found";

    /// <summary>The address does not know this method.</summary>
    public const string MethodNotAllowed = "method-not-allowed";

    /// <summary>The body is of a media type that the address does not read.</summary>
    public const string UnsupportedMediaType = "unsupported-media-type";

    /// <summary>The caller makes too many requests.</summary>
    public const string RateLimited = "rate-limited";

    /// <summary>The upload was not looked at yet; asking again later helps.</summary>
    public const string NotYetAccepted = "not-yet-accepted";

    /// <summary>A service behind the Gateway did not answer in time.</summary>
    public const string NoAnswer = "no-answer";

    /// <summary>A fault of the system; its log says more.</summary>
    public const string InternalError = "internal-error";

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

    /// <summary>The problem of an address below a collection that does not exist.</summary>
    public static ProblemHttpResult UnknownCollection(string collection) =>
        Of(RejectionReasons.UnknownCollection, $"There is no collection '{collection}'.");

    /// <summary>The problem of a bare status, as routing, authorisation and model binding leave it.</summary>
    public static ProblemHttpResult OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Of(Unauthenticated, "An API key is required: X-Api-Key, or Authorization: Bearer."),
        StatusCodes.Status403Forbidden => Of(Forbidden, "The key's role does not allow this."),
        StatusCodes.Status404NotFound => Of(NotFound, "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => Of(MethodNotAllowed, "The address does not know this method."),
        StatusCodes.Status413PayloadTooLarge => Of(RejectionReasons.TooManyBytes, "The request is larger than allowed."),
        StatusCodes.Status415UnsupportedMediaType => Of(UnsupportedMediaType, "The address does not read this media type."),
        StatusCodes.Status429TooManyRequests => Of(RateLimited, "Too many requests."),
        >= 500 => Of(InternalError, "The request failed; the log says why."),
        _ => Of(RefusalReasons.InvalidRequest, "The request cannot be read."),
    };

    private static int StatusOf(string reason) => reason switch
    {
        Unauthenticated => StatusCodes.Status401Unauthorized,
        RejectionReasons.UnknownCollection or RefusalReasons.UnknownImage or NotFound => StatusCodes.Status404NotFound,
        MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        RejectionReasons.TooManyBytes => StatusCodes.Status413PayloadTooLarge,
        RejectionReasons.UnsupportedFormat or UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        RejectionReasons.EmptyFile or RejectionReasons.CorruptImage or RejectionReasons.TooSmall
            or RejectionReasons.TooManyPixels or RejectionReasons.TooManyFrames => StatusCodes.Status422UnprocessableEntity,
        RefusalReasons.VersionMismatch or RefusalReasons.NoVocabulary or RefusalReasons.NotEmbedded
            or RefusalReasons.UnknownEncoder or RefusalReasons.EncoderChanging or RefusalReasons.UnknownModel or RefusalReasons.ModelChanging
            or RefusalReasons.NoPreviousModel or RefusalReasons.ReindexUnderWay or RefusalReasons.NoReindex
            or RefusalReasons.NoPreviousGeneration or RefusalReasons.SettingsChanged or RefusalReasons.CollectionDeleting or RejectionReasons.CollectionFull or RefusalReasons.TooManyVerdicts
            or NotYetAccepted => StatusCodes.Status409Conflict,
        Forbidden => StatusCodes.Status403Forbidden,
        RateLimited => StatusCodes.Status429TooManyRequests,
        InternalError => StatusCodes.Status500InternalServerError,
        NoAnswer => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}
