namespace Pipeline.Gateway;

/// <summary>Headers of every answer of the API: it is data, for nobody's cache, and no page.</summary>
public static class SecurityHeaders
{
    /// <summary>Adds them to what lies below <c>/v1</c>.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            // Set when the answer starts: an error answer begins by clearing what was set before.
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
                headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
        }

        return next(context);
    });
}
