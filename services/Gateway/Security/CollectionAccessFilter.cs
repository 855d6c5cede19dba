using Pipeline.Contracts;

namespace Pipeline.Gateway;

/// <summary>Checks the route's collection: well-formed, and within what the caller's key is limited to.</summary>
public sealed class CollectionAccessFilter : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var collection = context.HttpContext.GetRouteValue("collection") as string;
        if (!CollectionName.IsValid(collection))
        {
            return Problems.Of(RejectionReasons.InvalidCollection, "A collection's name is 1 to 63 of a-z 0-9 - _ and begins with a letter or digit.");
        }

        var limits = context.HttpContext.User.FindAll(ApiKeyAuthenticationHandler.CollectionClaim).ToArray();
        return limits.Length > 0 && !limits.Any(l => l.Value == collection)
            ? Problems.Of(Problems.Forbidden, "The key is not for this collection.")
            : await next(context);
    }
}
