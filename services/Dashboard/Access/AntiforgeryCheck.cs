using Microsoft.AspNetCore.Antiforgery;

namespace Pipeline.Dashboard.Access;

/// <summary>Refuses whatever changes something and does not come from one of the dashboard's own pages.</summary>
internal static class AntiforgeryCheck
{
    public static async ValueTask<object?> RequireAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            try
            {
                await http.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(http);
            }
            catch (AntiforgeryValidationException)
            {
                return TypedResults.Text(Texts.Access.StaleForm, statusCode: StatusCodes.Status400BadRequest);
            }
        }

        return await next(context);
    }
}
