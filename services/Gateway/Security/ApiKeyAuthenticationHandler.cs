using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;

namespace Pipeline.Gateway;

/// <summary>
/// Knows callers by <c>X-Api-Key</c> or <c>Authorization: Bearer</c>. Without configured keys everybody is admin; the
/// host refuses that beyond loopback (<see cref="LoopbackGuard"/>).
/// </summary>
public sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions, ILoggerFactory loggers, UrlEncoder encoder, IOptions<GatewayOptions> options)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggers, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>The claim that limits a key to collections.</summary>
    public const string CollectionClaim = "collection";

    /// <summary>The claim that limits a key to tenants.</summary>
    public const string TenantClaim = "tenant";

    internal const string Anonymous = "anonymous";
    internal const string KeyHeader = "X-Api-Key";

    private const string BearerPrefix = "Bearer ";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (options.Value.ApiKeys.Count == 0)
        {
            return Task.FromResult(Success(Anonymous, Roles.Admin, [], []));
        }

        var presented = Presented();
        if (presented is null)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var match = ApiKeys.Find(options.Value.ApiKeys, presented);
        return Task.FromResult(match is null ? AuthenticateResult.Fail("Unknown API key.") : Success(match.Name, match.Role, match.Collections, match.Tenants));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return base.HandleChallengeAsync(properties);
    }

    private string? Presented()
    {
        var header = Request.Headers[KeyHeader].ToString();
        if (header.Length > 0)
        {
            return header;
        }

        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? authorization[BearerPrefix.Length..] : null;
    }

    private static AuthenticateResult Success(string name, string role, IEnumerable<string> collections, IEnumerable<string> tenants)
    {
        Claim[] claims =
        [
            new(ClaimTypes.Name, name),
            .. Roles.Including(role).Select(r => new Claim(ClaimTypes.Role, r)),
            .. collections.Select(c => new Claim(CollectionClaim, c)),
            .. tenants.Select(t => new Claim(TenantClaim, t)),
        ];
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName));
    }
}
