using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>A web server with one picture.</summary>
internal sealed class PictureServer(WebApplication app) : IAsyncDisposable
{
    public static async Task<PictureServer> StartAsync(int port, byte[] picture)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var app = builder.Build();
        app.MapGet("/a.png", () => Results.Bytes(picture, "image/png"));
        await app.StartAsync();
        return new PictureServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
