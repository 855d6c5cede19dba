using Pipeline.Tests.Support;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>A compose file as Compose reads it, anchors and merges resolved; files laid over one another as <c>-f</c> does.</summary>
internal sealed class ComposeFile
{
    private ComposeFile(Dictionary<object, object?> root) => Root = root;

    public Dictionary<object, object?> Root { get; }

    /// <summary>Services by name.</summary>
    public IReadOnlyDictionary<string, Dictionary<object, object?>> Services => Map(Root, "services")!.ToDictionary(
        pair => (string)pair.Key, pair => (Dictionary<object, object?>)pair.Value!, StringComparer.Ordinal);

    /// <summary>Reads <c>docker-compose.yml</c> and what is laid over it.</summary>
    public static ComposeFile Read(params string[] overlays)
    {
        var root = Parse("docker-compose.yml");
        foreach (var overlay in overlays)
        {
            Lay(root, Parse(overlay));
        }

        return new ComposeFile(root);
    }

    public static Dictionary<object, object?>? Map(Dictionary<object, object?> of, string key) => of.GetValueOrDefault(key) as Dictionary<object, object?>;

    public static List<object?> List(Dictionary<object, object?> of, string key) => of.GetValueOrDefault(key) as List<object?> ?? [];

    /// <summary>A service's environment.</summary>
    public static IReadOnlyDictionary<string, string> Environment(Dictionary<object, object?> service) =>
        (Map(service, "environment") ?? []).ToDictionary(pair => (string)pair.Key, pair => pair.Value as string ?? "", StringComparer.Ordinal);

    private static Dictionary<object, object?> Parse(string path)
    {
        using var reader = File.OpenText(Path.Combine(RepositoryRoot.Path, path));
        var parser = new MergingParser(new Parser(reader));
        parser.Consume<StreamStart>();
        return new DeserializerBuilder().Build().Deserialize<Dictionary<object, object?>>(parser);
    }

    // Maps are merged, a list of volumes is joined, everything else is replaced.
    private static void Lay(Dictionary<object, object?> under, Dictionary<object, object?> over)
    {
        foreach (var (key, value) in over)
        {
            under[key] = (under.GetValueOrDefault(key), value) switch
            {
                (Dictionary<object, object?> a, Dictionary<object, object?> b) => Merged(a, b),
                (List<object?> a, List<object?> b) when key is "volumes" => new List<object?>([.. a, .. b]),
                _ => value,
            };
        }
    }

    private static Dictionary<object, object?> Merged(Dictionary<object, object?> under, Dictionary<object, object?> over)
    {
        // A copy: anchors make one map stand in several places.
        var merged = new Dictionary<object, object?>(under);
        Lay(merged, over);
        return merged;
    }
}
