using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Dashboard.Pages;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Access;

/// <summary>Says so on a page where the store does not answer, instead of failing.</summary>
internal static partial class StoreFaults
{
    public static async ValueTask<object?> ShowAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (Exception e) when (IsAway(e) && !http.Response.HasStarted)
        {
            LogAway(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StoreFaults)), http.Request.Path, e);
            return new RazorComponentResult<StoreAwayPage>(new { Page = PageContext.WithoutForms(http) }) { StatusCode = StatusCodes.Status503ServiceUnavailable };
        }
    }

    // The keys that protect forms are in the store, too; who needs one tells of that by an exception of its own.
    private static bool IsAway(Exception? e) => e is StorageUnavailableException || (e is CryptographicException && IsAway(e.InnerException));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was not answered: the store is away")]
    private static partial void LogAway(ILogger logger, string path, Exception exception);
}
