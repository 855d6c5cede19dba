using System.Net;
using System.Net.Http.Headers;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>Uploads over HTTP as a careful client does: several at once, and each again until it is answered with 202.</summary>
internal sealed class HttpUploads(Uri gateway) : IDisposable
{
    private const int Uploaders = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _client = new() { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(2) };
    private int _accepted;
    private int _failures;

    /// <summary>Uploads answered with 202.</summary>
    public int Accepted => _accepted;

    /// <summary>Attempts that ended without an answer.</summary>
    public int Failures => _failures;

    /// <summary>Returns when every upload was accepted.</summary>
    public Task UploadUntilAcceptedAsync(IEnumerable<Upload> uploads) =>
        Parallel.ForEachAsync(uploads, new ParallelOptions { MaxDegreeOfParallelism = Uploaders }, async (upload, ct) =>
        {
            while (!await TryUploadAsync(upload, ct))
            {
                Interlocked.Increment(ref _failures);
                await Task.Delay(Pause, ct);
            }
        });

    /// <summary>Uploads once.</summary>
    /// <returns>False if the Gateway is not there, or went away before it answered.</returns>
    /// <exception cref="InvalidOperationException">It answered something else than 202.</exception>
    public async Task<bool> TryUploadAsync(Upload upload, CancellationToken ct = default)
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(upload.Bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        form.Add(file, "file", "image.jpg");
        try
        {
            using var response = await _client.PostAsync(new Uri($"v1/collections/{Uploads.Collection}/images", UriKind.Relative), form, ct);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                throw new InvalidOperationException($"{response.StatusCode}: {await response.Content.ReadAsStringAsync(ct)}");
            }

            Interlocked.Increment(ref _accepted);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();
}
