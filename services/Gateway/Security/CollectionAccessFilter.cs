using Pipeline.Contracts;

namespace Pipeline.Gateway;

/// <summary>Checks the route's collection and the query's tenant: well-formed, and within what the caller's key is limited to.</summary>
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

        // Bound from the same parameter, with the same default, as the endpoints bind it.
        var tenants = context.HttpContext.Request.Query["tenant"];
        var tenant = tenants.Count == 0 ? Tenants.Default : tenants.ToString();
        if (!CollectionName.IsValid(tenant))
        {
            return Problems.Of(RejectionReasons.InvalidCollection, "A tenant's name obeys the rule for collections.");
        }

        if (!Allows(context, ApiKeyAuthenticationHandler.CollectionClaim, collection!))
        {
            return Problems.Of(Problems.Forbidden, "The key is not for this collection.");
        }

        return Allows(context, ApiKeyAuthenticationHandler.TenantClaim, tenant)
            ? await next(context)
            : Problems.Of(Problems.Forbidden, "The key is not for this tenant.");
    }

    private static bool Allows(EndpointFilterInvocationContext context, string claim, string value)
    {
        var limits = context.HttpContext.User.FindAll(claim).ToArray();
        return limits.Length == 0 || limits.Any(l => l.Value == value);
    }
}
