using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Upload.Sources;

/// <summary>
/// Fetches <c>http(s)://</c> references from allow-listed hosts. The address is checked where the connection is made,
/// not before, so a name that resolves differently the second time gains nothing; redirects are not followed.
/// </summary>
public sealed class HttpSource : IDisposable
{
    private readonly UploadOptions _options;
    private readonly HttpClient _client;

    /// <summary>Creates the source.</summary>
    public HttpSource(IOptions<UploadOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("pipeline-upload/1.0");
    }

    /// <summary>Fetches what <paramref name="uri"/> names.</summary>
    /// <exception cref="HttpRequestException">The host does not answer, or answered with a server error.</exception>
    /// <exception cref="TimeoutException">Fetching took longer than allowed.</exception>
    public async Task<FetchResult> FetchAsync(Uri uri, long maxBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!IsListed(_options.AllowedHosts, uri.IdnHost, uri.Port) || uri.UserInfo.Length > 0)
        {
            return FetchResult.Failure(RejectionReasons.ForbiddenReference, "The host is not on the allow-list.");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(_options.FetchTimeout);
        try
        {
            using var response = await _client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if ((int)response.StatusCode is >= 500 or 408 or 429)
            {
                throw new HttpRequestException($"{uri.Host} answered {(int)response.StatusCode}.", inner: null, response.StatusCode);
            }

            if (!response.IsSuccessStatusCode)
            {
                return FetchResult.Failure(RejectionReasons.SourceNotFound, $"The host answered {(int)response.StatusCode}.");
            }

            if (response.Content.Headers.ContentLength > maxBytes)
            {
                return TooManyBytes(maxBytes);
            }

            await using var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            return await ReadAsync(body, maxBytes, timeout.Token);
        }
        catch (HttpRequestException e) when (e.InnerException is PrivateAddressException)
        {
            return FetchResult.Failure(RejectionReasons.ForbiddenReference, "The host resolves to a private address.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"Fetching from {uri.Host} took longer than {_options.FetchTimeout.TotalSeconds:0} s.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task<FetchResult> ReadAsync(Stream body, long maxBytes, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[81920];
        int read;
        while ((read = await body.ReadAsync(chunk, ct)) > 0)
        {
            if (buffer.Length + read > maxBytes)
            {
                return TooManyBytes(maxBytes);
            }

            buffer.Write(chunk, 0, read);
        }

        return FetchResult.Success(buffer.ToArray());
    }

    private static FetchResult TooManyBytes(long maxBytes) =>
        FetchResult.Failure(RejectionReasons.TooManyBytes, $"The host sends more than {maxBytes} bytes.");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var endPoint = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(endPoint.Host, ct);
        var mayBePrivate = IsListed(_options.PrivateHosts, endPoint.Host, endPoint.Port);
        var allowed = mayBePrivate ? addresses : [.. addresses.Where(PublicAddress.IsPublic)];
        if (allowed.Length == 0)
        {
            throw addresses.Length == 0
                ? new SocketException((int)SocketError.HostNotFound)
                : new PrivateAddressException(endPoint.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsListed(IList<string> hosts, string host, int port) =>
        hosts.Any(entry => entry.Equals(host, StringComparison.OrdinalIgnoreCase)
            || entry.Equals($"{host}:{port}", StringComparison.OrdinalIgnoreCase));

    private sealed class PrivateAddressException(string host) : IOException($"{host} resolves to a private address.");
}
