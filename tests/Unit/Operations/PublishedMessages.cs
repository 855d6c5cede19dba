using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using MassTransit;
using Pipeline.Messaging;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>Which messages an assembly publishes or asks, read from the generic calls in its code.</summary>
internal static class PublishedMessages
{
    // The message is the first type argument of each.
    private static readonly HashSet<string> Calls = new(StringComparer.Ordinal) { "Publish", "PublishAsync", "AskAsync", "CreateRequestClient" };

    // Whoever hands one of these and a message's type to a method of its own lets that one publish.
    private static readonly Type[] Publishers = [typeof(IEventPublisher), typeof(IPublishEndpoint)];

    /// <summary>The message types of <c>Pipeline.Contracts</c> with which the assembly calls what publishes.</summary>
    public static IReadOnlySet<Type> Of(Assembly assembly)
    {
        var found = new HashSet<Type>();
        foreach (var call in GenericCalls(assembly).Where(Publishes))
        {
            var message = call.GetGenericArguments()[0];
            if (message.Namespace?.StartsWith("Pipeline.Contracts", StringComparison.Ordinal) == true)
            {
                found.Add(message);
            }
        }

        return found;
    }

    /// <summary>Whether the assembly asks questions, which takes a queue for the answers.</summary>
    public static bool Asks(Assembly assembly) => GenericCalls(assembly).Any(call => call.Name is "AskAsync" or "CreateRequestClient");

    private static bool Publishes(MethodBase call) =>
        Calls.Contains(call.Name) || call.GetParameters().Any(parameter => Publishers.Any(publisher => publisher.IsAssignableFrom(parameter.ParameterType)));

    private static unsafe IEnumerable<MethodBase> GenericCalls(Assembly assembly)
    {
        if (!assembly.TryGetRawMetadata(out var blob, out var length))
        {
            throw new InvalidOperationException($"{assembly} has no metadata.");
        }

        var count = new MetadataReader(blob, length).GetTableRowCount(TableIndex.MethodSpec);
        return [.. Enumerable.Range(1, count).Select(row => Resolve(assembly.ManifestModule, row)).OfType<MethodBase>()];
    }

    // A call whose type argument is itself a parameter says nothing: whoever gave that argument is found by its own call.
    private static MethodBase? Resolve(Module module, int row)
    {
        try
        {
            var method = module.ResolveMethod(MetadataTokens.GetToken(MetadataTokens.MethodSpecificationHandle(row)));
            return method is { ContainsGenericParameters: false } ? method : null;
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}
