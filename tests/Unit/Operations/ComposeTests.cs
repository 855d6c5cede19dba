using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>What an operator may rely on in <c>docker-compose.yml</c> and what is laid over it.</summary>
public sealed partial class ComposeTests
{
    private const string Cluster = "infra/docker/cluster.yml";
    private static readonly string[] Ours = [.. ServiceTopology.All.Select(service => service.Name)];
    private static readonly string[] Servers = ["rabbitmq", "redis", "qdrant", "prometheus", "grafana"];

    public static TheoryData<string, string> Services()
    {
        var all = new TheoryData<string, string>();
        foreach (var overlay in (string[])["", Cluster, "infra/docker/gpu.yml", "infra/docker/ports.yml"])
        {
            foreach (var service in Read(overlay).Services.Keys)
            {
                all.Add(service, overlay);
            }
        }

        return all;
    }

    [Fact]
    public void Every_service_and_server_is_there()
    {
        Assert.Equal(Ours.Concat(Servers).Order(), Read("").Services.Keys.Order());
        Assert.Superset(new HashSet<string>(["rabbitmq-2", "rabbitmq-3", "qdrant-2", "qdrant-3", "redis-replica"]), Read(Cluster).Services.Keys.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_container_is_confined_and_watched(string name, string overlay)
    {
        var service = Read(overlay).Services[name];

        var user = (string?)service.GetValueOrDefault("user");
        Assert.False(string.IsNullOrEmpty(user) || user.StartsWith('0') || user.StartsWith("root", StringComparison.Ordinal), "It runs as root.");
        Assert.Equal("true", service["read_only"]);
        Assert.Contains("no-new-privileges:true", ComposeFile.List(service, "security_opt"));
        Assert.Contains("ALL", ComposeFile.List(service, "cap_drop"));
        Assert.NotEmpty(ComposeFile.List(service, "tmpfs"));
        Assert.NotEmpty(ComposeFile.List(ComposeFile.Map(service, "healthcheck")!, "test"));
        Assert.Matches("^[0-9]+[mg]$", (string)service["mem_limit"]!);
        Assert.InRange(double.Parse((string)service["cpus"]!, CultureInfo.InvariantCulture), 0.1, 64);
        Assert.Equal("unless-stopped", service["restart"]);
        Assert.DoesNotContain("privileged", service.Keys);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Nothing_secret_stands_in_the_environment_and_no_volume_is_the_hosts_engine(string name, string overlay)
    {
        var service = Read(overlay).Services[name];

        Assert.DoesNotContain(ComposeFile.Environment(service).Keys, key => Secret().IsMatch(key) && !key.EndsWith("__FILE", StringComparison.Ordinal));
        Assert.DoesNotContain(ComposeFile.List(service, "volumes"), volume => ((string)volume!).Contains("docker.sock", StringComparison.Ordinal));
    }

    [ComposeTheory]
    [InlineData("")]
    [InlineData("-f infra/docker/cluster.yml")]
    [InlineData("-f infra/docker/gpu.yml")]
    [InlineData("-f infra/docker/cluster.yml -f infra/docker/gpu.yml -f infra/docker/ports.yml")]
    public async Task Compose_reads_the_files(string overlays)
    {
        var result = await Script.RunAsync($"docker-compose -f docker-compose.yml {overlays} config --quiet");

        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void Only_the_gateway_is_reached_from_outside_and_from_loopback_alone()
    {
        var published = Read("").Services.Where(service => ComposeFile.List(service.Value, "ports").Count > 0).ToArray();

        Assert.Equal("gateway", Assert.Single(published).Key);
        Assert.Equal(["${GATEWAY_ADDRESS:-127.0.0.1}:${GATEWAY_PORT:-8080}:8080"], ComposeFile.List(published[0].Value, "ports"));
        Assert.Equal("true", ComposeFile.Map(ComposeFile.Map(Read("").Root, "networks")!, "pipeline")!["internal"]);
        foreach (var port in Read("infra/docker/ports.yml").Services.Where(service => service.Key != "gateway").SelectMany(service => ComposeFile.List(service.Value, "ports")))
        {
            Assert.StartsWith("127.0.0.1:", (string)port!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(Cluster)]
    public void Every_service_of_ours_can_be_scaled_but_those_who_own_something(string overlay)
    {
        foreach (var name in Ours.Where(name => name is not ("gateway" or "dashboard")))
        {
            var service = Read(overlay).Services[name];
            Assert.DoesNotContain("container_name", service.Keys);
            Assert.DoesNotContain("hostname", service.Keys);
            Assert.Empty(ComposeFile.List(service, "ports"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(Cluster)]
    [InlineData("infra/docker/gpu.yml")]
    public void Every_secret_that_is_used_is_declared_and_made(string overlay)
    {
        var compose = Read(overlay);
        var declared = ComposeFile.Map(compose.Root, "secrets")!;
        foreach (var secret in compose.Services.Values.SelectMany(service => ComposeFile.List(service, "secrets")).Cast<Dictionary<object, object?>>())
        {
            Assert.True(declared.ContainsKey(secret["source"]!), $"{secret["source"]} is not declared.");
        }

        foreach (var service in Ours.Select(name => (Name: name, Secrets: ComposeFile.List(compose.Services[name], "secrets").Cast<Dictionary<object, object?>>().ToArray())))
        {
            Assert.Contains(service.Secrets, secret => (string)secret["source"]! == $"rabbitmq-{service.Name}" && (string)secret["target"]! == "Messaging__Password");
            Assert.Equal(service.Name, ComposeFile.Environment(compose.Services[service.Name])["Messaging__User"]);
        }
    }

    /// <summary>A server that does not know its container's limit is killed by it, instead of refusing what it has no room for.</summary>
    [Theory]
    [InlineData("", "infra/docker/rabbitmq.conf", "rabbitmq")]
    [InlineData("", "infra/docker/redis.conf", "redis")]
    [InlineData(Cluster, "infra/docker/rabbitmq.conf", "rabbitmq", "rabbitmq-2", "rabbitmq-3")]
    [InlineData(Cluster, "infra/docker/redis.conf", "redis", "redis-replica", "redis-replica-2")]
    public void A_server_stops_taking_more_well_before_its_containers_memory_ends(string overlay, string configuration, params string[] servers)
    {
        var bound = MemoryBound().Match(File.ReadAllText(Path.Combine(RepositoryRoot.Path, configuration)));

        Assert.True(bound.Success, $"{configuration} sets no bound.");
        foreach (var server in servers)
        {
            var limit = (string)Read(overlay).Services[server]["mem_limit"]!;
            Assert.EndsWith("g", limit, StringComparison.Ordinal);
            Assert.InRange(
                int.Parse(bound.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / (1024.0 * int.Parse(limit[..^1], CultureInfo.InvariantCulture)), 0.3, 0.75);
        }
    }

    [Fact]
    public async Task The_secrets_are_made_once_and_differ_from_one_another()
    {
        var folder = Directory.CreateTempSubdirectory("secrets-");
        try
        {
            var first = await MakeAsync();
            var second = await MakeAsync();

            var files = Read(Cluster).Root["secrets"] is Dictionary<object, object?> secrets
                ? secrets.Values.Cast<Dictionary<object, object?>>().Select(secret => Path.GetFileName((string)secret["file"]!))
                : [];
            Assert.Superset(files.ToHashSet(), first.Keys.ToHashSet());
            var random = first.Where(pair => !pair.Key.Contains('.', StringComparison.Ordinal)).ToArray();
            Assert.Equal(random.Length, random.Select(pair => pair.Value).Distinct().Count());
            Assert.All(random, pair => Assert.Equal(pair.Value, second[pair.Key]));
            Assert.All(random, pair => Assert.True(pair.Value.TrimEnd().Length >= 32));
            Assert.DoesNotContain("\"@", first["rabbitmq-definitions.json"], StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, folder.UnixFileMode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<Dictionary<string, string>> MakeAsync()
        {
            var made = await Script.RunAsync($"infra/docker/secrets '{folder.FullName}'");
            Assert.True(made.ExitCode == 0, made.Error);
            return folder.GetFiles().ToDictionary(file => file.Name, file => File.ReadAllText(file.FullName));
        }
    }

    /// <summary>What binds nowhere is refused: a misspelt key would be a default in production.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(Cluster)]
    [InlineData("infra/docker/gpu.yml")]
    public void Every_setting_is_an_option_that_exists(string overlay)
    {
        var options = new OptionKeys();
        foreach (var name in Ours)
        {
            var service = Read(overlay).Services[name];
            var secrets = ComposeFile.List(service, "secrets").Cast<Dictionary<object, object?>>().Select(secret => (string)secret["target"]!);
            foreach (var key in ComposeFile.Environment(service).Keys.Concat(secrets).Select(key => key.Replace("__", ":", StringComparison.Ordinal)))
            {
                Assert.True(options.Knows(key), $"{name}: there is no option {key}.");
            }
        }
    }

    private static ComposeFile Read(string overlay) => overlay.Length == 0 ? ComposeFile.Read() : ComposeFile.Read(overlay);

    [GeneratedRegex(@"^(?:maxmemory |vm_memory_high_watermark\.absolute = )([0-9]+)mb$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex MemoryBound();

    [GeneratedRegex("(password|passwd|apikey|api_key|secret|token|sha256)$|password", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
