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
        catch (StorageUnavailableException e) when (!http.Response.HasStarted)
        {
            LogAway(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StoreFaults)), http.Request.Path, e);
            return new RazorComponentResult<StoreAwayPage>(new { Page = PageContext.Of(http) }) { StatusCode = StatusCodes.Status503ServiceUnavailable };
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was not answered: the store is away")]
    private static partial void LogAway(ILogger logger, string path, Exception exception);
}
