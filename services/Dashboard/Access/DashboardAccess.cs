using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Access;

/// <summary>Who may see and do what: sessions by cookie, made by a configured key; without keys everybody is admin.</summary>
internal static class DashboardAccess
{
    /// <summary>The scheme of all pages: forwards to the cookie, or to <see cref="OpenAccessHandler"/> without keys.</summary>
    public const string Scheme = "Dashboard";

    /// <summary>The scheme of sessions.</summary>
    public const string CookieScheme = "Dashboard.Cookie";

    /// <summary>Policy of who may look.</summary>
    public const string Viewer = "Dashboard.Viewer";

    /// <summary>Policy of who may handle failures.</summary>
    public const string Operator = "Dashboard.Operator";

    /// <summary>Policy of who may change models and collections.</summary>
    public const string Admin = "Dashboard.Admin";

    private const string KeyClaim = "key";

    public static IServiceCollection AddDashboardAccess(this IServiceCollection services)
    {
        services.AddLoopbackGuard(DashboardOptions.SectionName, provider => OptionsOf(provider).ApiKeys.Count > 0);
        services.AddAuthentication()
            .AddPolicyScheme(Scheme, displayName: null, policy => policy.ForwardDefaultSelector = context =>
                OptionsOf(context.RequestServices).ApiKeys.Count == 0 ? OpenAccessHandler.SchemeName : CookieScheme)
            .AddScheme<AuthenticationSchemeOptions, OpenAccessHandler>(OpenAccessHandler.SchemeName, configureOptions: null)
            .AddCookie(CookieScheme);
        services.AddOptions<CookieAuthenticationOptions>(CookieScheme).Configure<IOptions<DashboardOptions>>(Configure);
        services.AddAuthorizationBuilder()
            .AddPolicy(Viewer, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(Roles.Read))
            .AddPolicy(Operator, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(Roles.Write))
            .AddPolicy(Admin, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(Roles.Admin));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "pipeline-form";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.Cookie.Path = DashboardPaths.Root;
        });

        // Sessions survive a restart, and hold at every process of the dashboard.
        services.AddDataProtection().SetApplicationName("Pipeline.Dashboard");
        services.AddOptions<KeyManagementOptions>().Configure<IStateStore>((keys, store) => keys.XmlRepository = new StoredKeyRing(store));
        return services;
    }

    /// <summary>The principal of a key's session.</summary>
    public static ClaimsPrincipal PrincipalOf(ApiKeyOptions key, string scheme) => Principal(key.Name, key.Role, key.Sha256, scheme);

    /// <summary>The principal of whoever comes where there are no keys.</summary>
    public static ClaimsPrincipal Everybody(string scheme) => Principal("local", Roles.Admin, "", scheme);

    private static ClaimsPrincipal Principal(string name, string role, string key, string scheme)
    {
        Claim[] claims =
        [
            new(ClaimTypes.Name, name),
            new(ClaimTypes.NameIdentifier, name),
            new(KeyClaim, key),
            .. Roles.Including(role).Select(r => new Claim(ClaimTypes.Role, r)),
        ];
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    private static void Configure(CookieAuthenticationOptions cookie, IOptions<DashboardOptions> options)
    {
        cookie.Cookie.Name = "pipeline-session";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Strict;
        // Keys are taken over HTTPS, or on loopback, where there is none.
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.Cookie.Path = DashboardPaths.Root;
        cookie.ExpireTimeSpan = options.Value.SessionLifetime;
        cookie.SlidingExpiration = true;
        cookie.LoginPath = DashboardPaths.SignIn;
        cookie.AccessDeniedPath = DashboardPaths.Root + "/refused";
        cookie.ReturnUrlParameter = "to";
        cookie.Events.OnValidatePrincipal = EndIfKeyChanged;
    }

    /// <summary>A session ends with its key, and with the key's role.</summary>
    private static async Task EndIfKeyChanged(CookieValidatePrincipalContext context)
    {
        var principal = context.Principal;
        var hash = principal?.FindFirstValue(KeyClaim);
        var key = OptionsOf(context.HttpContext.RequestServices).ApiKeys.FirstOrDefault(key => key.Sha256 == hash);
        if (principal is null || key is null || Roles.Including(key.Role).Count != principal.FindAll(ClaimTypes.Role).Count())
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieScheme);
        }
    }

    private static DashboardOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<DashboardOptions>>().Value;
}
