using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Pipeline.Dashboard.Access;

/// <summary>
/// Lets everybody in as admin where there are no keys; the host then listens on loopback alone. The request must be meant for loopback,
/// too: a page elsewhere whose name was made to lead here is somebody else's.
/// </summary>
internal sealed class OpenAccessHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Dashboard.Open";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        LocalHosts.IsLoopback(Request.Host)
            ? AuthenticateResult.Success(new AuthenticationTicket(DashboardAccess.Everybody(SchemeName), SchemeName))
            : AuthenticateResult.Fail("Without keys the dashboard answers on loopback alone."));
}
