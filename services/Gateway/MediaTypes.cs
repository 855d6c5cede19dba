using Microsoft.Net.Http.Headers;

namespace Pipeline.Gateway;

/// <summary>What kind of body a request has.</summary>
internal static class MediaTypes
{
    /// <summary>Whether it is <c>multipart/form-data</c>.</summary>
    public static bool IsMultipart(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);
}
