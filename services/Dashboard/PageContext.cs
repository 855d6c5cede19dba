using Microsoft.AspNetCore.Antiforgery;
using Pipeline.Hosting;

namespace Pipeline.Dashboard;

/// <summary>What every page knows of who looks at it.</summary>
/// <param name="Name">The name of the viewer's key; null for who has not signed in.</param>
/// <param name="Role">The role.</param>
/// <param name="IsOpen">Whether there are no keys, so that there is nothing to sign out of.</param>
/// <param name="Token">What forms send along, so that nobody else's page can post them; empty on a page without forms.</param>
/// <param name="Path">The page's path.</param>
public sealed record PageContext(string? Name, string Role, bool IsOpen, string Token, string Path)
{
    /// <summary>Name of the form field of <see cref="Token"/>.</summary>
    public const string TokenField = "__RequestVerificationToken";

    /// <summary>Whether the viewer may handle failures.</summary>
    public bool CanOperate => Roles.Including(Role).Contains(Roles.Write);

    /// <summary>Whether the viewer may change models and collections.</summary>
    public bool CanAdminister => Role == Roles.Admin;

    internal static PageContext Of(HttpContext context) =>
        WithoutForms(context) with { Token = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context).RequestToken! };

    /// <summary>For a page without forms, which needs no token: making one takes the store.</summary>
    internal static PageContext WithoutForms(HttpContext context)
    {
        var user = context.User;
        var role = user.IsInRole(Roles.Admin) ? Roles.Admin : user.IsInRole(Roles.Write) ? Roles.Write : Roles.Read;
        return new PageContext(
            user.Identity is { IsAuthenticated: true } identity ? identity.Name : null,
            role,
            user.Identities.Any(i => i.AuthenticationType == Access.OpenAccessHandler.SchemeName),
            Token: "",
            context.Request.Path.Value ?? "");
    }
}
