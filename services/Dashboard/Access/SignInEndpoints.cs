using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Pipeline.Dashboard.Audit;
using Pipeline.Dashboard.Pages;
using Pipeline.Hosting;

namespace Pipeline.Dashboard.Access;

/// <summary>Signing in by a key, and out.</summary>
internal static class SignInEndpoints
{
    /// <summary>Bytes that whoever is not known yet may send; a key and where to go afterwards are far fewer.</summary>
    public const int MaxForm = 16 << 10;

    public static void MapSignIn(this RouteGroupBuilder pages)
    {
        pages.MapGet("/sign-in", Show);
        pages.MapPost("/sign-in", SignInAsync).WithMetadata(new RequestSizeLimitAttribute(MaxForm));
        pages.MapPost("/sign-out", (Delegate)SignOutAsync).RequireAuthorization(DashboardAccess.Viewer);
        pages.MapGet("/refused", (HttpContext context) => new RazorComponentResult<RefusedPage>(new { Page = PageContext.Of(context) })
        {
            StatusCode = StatusCodes.Status403Forbidden,
        }).RequireAuthorization(DashboardAccess.Viewer);
    }

    private static IResult Show(HttpContext context, IOptions<DashboardOptions> options, string? to = null) =>
        options.Value.ApiKeys.Count == 0 ? Results.Redirect(DashboardPaths.Root) : Page(context, to, problem: null, StatusCodes.Status200OK);

    private static async Task<IResult> SignInAsync(
        HttpContext context, IOptions<DashboardOptions> options, SignInAttempts attempts, AuditLog audit, [FromForm] string? key = null,
        [FromForm] string? to = null)
    {
        if (!context.Request.IsHttps && !options.Value.AllowInsecureKey && !(LocalHosts.IsLoopback(context.Request.Host) && context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)))
        {
            return Page(context, to, Texts.Access.NotEncrypted, StatusCodes.Status403Forbidden);
        }

        if (attempts.AreTooMany(context.Connection.RemoteIpAddress))
        {
            return Page(context, to, Texts.Access.TooMany, StatusCodes.Status429TooManyRequests);
        }

        if (ApiKeys.Find(options.Value.ApiKeys, key ?? "") is not { } known)
        {
            attempts.AddWrong(context.Connection.RemoteIpAddress);
            await audit.NoteSignInAsync(context, key: null);
            return Page(context, to, Texts.Access.Wrong, StatusCodes.Status401Unauthorized);
        }

        await context.SignInAsync(DashboardAccess.CookieScheme, DashboardAccess.PrincipalOf(known, DashboardAccess.CookieScheme));
        await audit.NoteSignInAsync(context, known);
        return Results.Redirect(IsOwnPage(to) ? to! : DashboardPaths.Root);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context)
    {
        await context.SignOutAsync(DashboardAccess.CookieScheme);
        return Results.Redirect(DashboardPaths.SignIn);
    }

    // Whoever sends people here must not choose where they end up.
    private static bool IsOwnPage(string? to) =>
        to is not null && (to == DashboardPaths.Root || to.StartsWith(DashboardPaths.Root + "/", StringComparison.Ordinal)) && !to.Contains('\\', StringComparison.Ordinal);

    private static RazorComponentResult<SignInPage> Page(HttpContext context, string? to, string? problem, int status) =>
        new(new { Page = PageContext.Of(context) with { Name = null }, To = to, Problem = problem }) { StatusCode = status };
}

/// <summary>Bounds how fast keys can be guessed from one address: ten wrong ones a minute.</summary>
internal sealed class SignInAttempts : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = 10, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>Whether so many were wrong that not even the right one is taken for now.</summary>
    public bool AreTooMany(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(NameOf(address), permitCount: 0);
        return !lease.IsAcquired;
    }

    /// <summary>Counts a wrong one.</summary>
    public void AddWrong(IPAddress? address) => _limiter.AttemptAcquire(NameOf(address)).Dispose();

    public void Dispose() => _limiter.Dispose();

    private static string NameOf(IPAddress? address) => address?.ToString() ?? "";
}
