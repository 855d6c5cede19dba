using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.Dashboard;

/// <summary>Scripts and styles, served from the assembly under an address that holds their hash, so that browsers keep them for ever.</summary>
internal static class PageAssets
{
    private const string Year = "public, max-age=31536000, immutable";

    private static readonly FrozenDictionary<string, (string ContentType, string File)> Known = new Dictionary<string, (string, string)>
    {
        ["style"] = ("text/css; charset=utf-8", "dashboard.css"),
        ["live"] = ("text/javascript; charset=utf-8", "live.js"),
        ["refresh"] = ("text/javascript; charset=utf-8", "refresh.js"),
        ["explorer"] = ("text/javascript; charset=utf-8", "explorer.js"),
        ["no-picture"] = ("image/svg+xml", "no-picture.svg"),
        ["icon"] = ("image/svg+xml", "icon.svg"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (byte[] Content, string ContentType, string Hash)> Loaded =
        Known.ToFrozenDictionary(asset => asset.Key, asset => Load(asset.Value.File, asset.Value.ContentType), StringComparer.Ordinal);

    /// <summary>The address of an asset.</summary>
    public static string Url(string name) => $"{DashboardPaths.Assets}/{Loaded[name].Hash}/{name}";

    public static Results<FileContentHttpResult, NotFound> Get(string hash, string name, HttpResponse response)
    {
        if (!Loaded.TryGetValue(name, out var asset) || asset.Hash != hash)
        {
            return TypedResults.NotFound();
        }

        response.Headers.CacheControl = Year;
        return TypedResults.Bytes(asset.Content, asset.ContentType);
    }

    private static (byte[] Content, string ContentType, string Hash) Load(string file, string contentType)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The asset {file} is not embedded.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return (content, contentType, Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8)));
    }
}
