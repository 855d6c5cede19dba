using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Operations;

/// <summary>The real Prometheus, with the committed rules, at a real service.</summary>
public sealed class PrometheusTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [PrometheusFact]
    public async Task Prometheus_reads_a_services_page_and_fires_the_alert_when_the_service_dies()
    {
        var folder = Directory.CreateTempSubdirectory("prometheus-").FullName;
        try
        {
            await using var service = ServiceProcess.Start("Standalone", new Dictionary<string, string>
            {
                ["Storage:Blobs:Root"] = Path.Combine(folder, "blobs"),
                ["Storage:State:Path"] = Path.Combine(folder, "state.db"),
                ["Index:Path"] = Path.Combine(folder, "index"),
            }, Path.Combine(folder, "service.log"));
            await service.WaitUntilReadyAsync(Patience);
            await WriteConfigurationAsync(folder, service.Url);
            await using var prometheus = await PrometheusProcess.StartAsync(folder);

            await Eventually.TrueAsync(async () => await prometheus.ValueAsync("up{job=\"pipeline\"}") == 1, Patience);
            // One of ours, read and understood: a gauge of each endpoint, none of which waits for a store.
            await Eventually.TrueAsync(async () => await prometheus.ValueAsync("max(pipeline_endpoint_paused)") == 0, Patience);
            // A busy process may have missed a scrape or two.
            await Eventually.TrueAsync(async () => !(await prometheus.FiringAsync()).Contains("ProcessDown"), Patience);

            await service.KillAsync();
            await Eventually.TrueAsync(
                async () => (await prometheus.FiringAsync()).Contains("ProcessDown"),
                Patience,
                async () => $"Firing: {string.Join(", ", await prometheus.FiringAsync())}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The committed rules, but that they wait two seconds where the committed ones wait minutes.
    private static async Task WriteConfigurationAsync(string folder, Uri service)
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "infra", "prometheus", "alerts.yml"));
        var quick = rules.Replace("for: 2m", "for: 2s", StringComparison.Ordinal);
        Assert.NotEqual(rules, quick);
        await File.WriteAllTextAsync(Path.Combine(folder, "alerts.yml"), quick);
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), $$"""
            global: {scrape_interval: 2s, evaluation_interval: 1s}
            rule_files: [alerts.yml]
            scrape_configs:
              - job_name: pipeline
                static_configs:
                  - targets: ["{{service.Authority}}"]
                    labels: {service: standalone}
            """);
    }

    /// <summary>Prometheus on a free loopback port.</summary>
    private sealed class PrometheusProcess : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _client;

        private PrometheusProcess(Process process, Uri url)
        {
            _process = process;
            _client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(10) };
        }

        public static async Task<PrometheusProcess> StartAsync(string folder)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Find()}");
            var process = Process.Start(new ProcessStartInfo(
                "/bin/sh",
                [
                    "-c", "exec prometheus \"$@\" >> prometheus.log 2>&1 < /dev/null", "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                    $"--web.listen-address={address}",
                ])
            { WorkingDirectory = folder })!;
            var prometheus = new PrometheusProcess(process, new Uri($"http://{address}/"));
            try
            {
                await Eventually.TrueAsync(prometheus.IsReadyAsync, Patience, () => File.ReadAllTextAsync(Path.Combine(folder, "prometheus.log")));
                return prometheus;
            }
            catch
            {
                await prometheus.DisposeAsync();
                throw;
            }
        }

        /// <summary>The value of an expression that gives one; null while it gives none.</summary>
        public async Task<double?> ValueAsync(string expression)
        {
            var answer = await _client.GetFromJsonAsync<JsonElement>($"api/v1/query?query={Uri.EscapeDataString(expression)}");
            var result = answer.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0 ? null : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }

        /// <summary>The names of the alerts that fire.</summary>
        public async Task<IReadOnlyList<string>> FiringAsync()
        {
            var answer = await _client.GetFromJsonAsync<JsonElement>("api/v1/alerts");
            return
            [
                .. answer.GetProperty("data").GetProperty("alerts").EnumerateArray()
                    .Where(alert => alert.GetProperty("state").GetString() == "firing")
                    .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!),
            ];
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
        }

        private async Task<bool> IsReadyAsync()
        {
            try
            {
                using var answer = await _client.GetAsync(new Uri("-/ready", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Does not listen yet, or is too busy starting to answer.
                return false;
            }
        }
    }

    /// <summary>Skipped where Debian's package <c>prometheus</c> is not installed.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PrometheusFactAttribute : FactAttribute
    {
        public PrometheusFactAttribute()
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "prometheus"))))
            {
                Skip = "prometheus is missing: infra/setup servers installs it.";
            }
        }
    }
}
