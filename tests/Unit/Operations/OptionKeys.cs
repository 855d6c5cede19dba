using System.Collections;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;
using Pipeline.Standalone;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>Every configuration key that any service binds: found by asking which options change when the key is set.</summary>
internal sealed class OptionKeys
{
    // Read by the host itself or by ASP.NET Core, not bound to options of ours.
    private static readonly string[] OfTheHost = [PipelineHostExtensions.SecretsDirectory, "ASPNETCORE_URLS", "Logging:LogLevel:Microsoft.AspNetCore"];

    private readonly IReadOnlyList<(string Section, Type Options)> _bound;

    public OptionKeys()
    {
        IServiceCollection? services = null;
        using var host = StandaloneHost.Build(["--Index:Provider=Qdrant"], builder => services = builder.Services);
        _bound = [.. services!
            .Where(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>))
            .Select(service => service.ServiceType.GetGenericArguments()[0])
            .Where(type => type.Namespace?.StartsWith("Pipeline", StringComparison.Ordinal) == true)
            .Distinct()
            .SelectMany(type => SectionsOf(host, type).Select(section => (section, type)))];
    }

    /// <summary>Whether a key such as <c>Index:Qdrant:Url</c> or <c>Gateway:ApiKeys:0:Name</c> is bound to a property.</summary>
    public bool Knows(string key) =>
        OfTheHost.Contains(key) || _bound.Any(bound => key.StartsWith(bound.Section + ":", StringComparison.OrdinalIgnoreCase)
            && Leads(bound.Options, key[(bound.Section.Length + 1)..].Split(':')));

    // The token sources of a configuration section know it; the section's path is that of the change they watch.
    private static IEnumerable<string> SectionsOf(WebApplication host, Type type)
    {
        var sources = (IEnumerable)host.Services.GetServices(typeof(IOptionsChangeTokenSource<>).MakeGenericType(type));
        foreach (var source in sources)
        {
            var section = source!.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
                .Select(field => field.GetValue(source)).OfType<IConfigurationSection>().FirstOrDefault();
            if (section is not null)
            {
                yield return section.Path;
            }
        }
    }

    private static bool Leads(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        if (type != typeof(string) && ElementOf(type) is { } element)
        {
            return Leads(element, path[1..]);
        }

        var name = path[0];
        var property = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return property is not null && Leads(property.PropertyType, path[1..]);
    }

    private static Type? ElementOf(Type type) => type.IsArray
        ? type.GetElementType()
        : type.GetInterfaces().Append(type)
            .Where(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() is var generic
                && (generic == typeof(IEnumerable<>) || generic == typeof(IDictionary<,>)))
            .OrderByDescending(candidate => candidate.GetGenericArguments().Length)
            .Select(candidate => candidate.GetGenericArguments()[^1])
            .FirstOrDefault();
}
