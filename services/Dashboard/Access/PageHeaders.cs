namespace Pipeline.Dashboard.Access;

/// <summary>Headers of every answer below the dashboard's prefix: a page runs and shows only what it came with.</summary>
internal static class PageHeaders
{
    /// <summary>No inline script or style, nothing from elsewhere, in nobody's frame.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static async ValueTask<object?> AddAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var headers = context.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // As the tokens of forms want it, which otherwise warn that they had to change it.
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
        return await next(context);
    }
}
