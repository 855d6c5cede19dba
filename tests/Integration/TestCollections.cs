using Pipeline.Tests.Integration.Faults;
using Pipeline.Tests.Integration.Messaging;
using Pipeline.Tests.Integration.Storage;
using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Pipeline.Tests.Integration.LongestFirst", "Pipeline.Tests.Integration")]

namespace Pipeline.Tests.Integration;

/// <summary>Gives the classes of <see cref="SharedServers.Processes"/> servers of their own.</summary>
[CollectionDefinition(SharedServers.Processes)]
public sealed class ProcessesCollection : ICollectionFixture<SharedServers>;

/// <summary>Gives the classes of <see cref="SharedServers.Reindexes"/> servers of their own.</summary>
[CollectionDefinition(SharedServers.Reindexes)]
public sealed class ReindexesCollection : ICollectionFixture<SharedServers>;

/// <summary>Gives the classes of <see cref="SharedServers.Learning"/> servers of their own.</summary>
[CollectionDefinition(SharedServers.Learning)]
public sealed class LearningCollection : ICollectionFixture<SharedServers>;

/// <summary>Gives the classes of <see cref="SharedServers.Pipelines"/> servers of their own.</summary>
[CollectionDefinition(SharedServers.Pipelines)]
public sealed class PipelinesCollection : ICollectionFixture<SharedServers>;

/// <summary>Gives the classes of <see cref="SharedServers.Messaging"/> servers of their own.</summary>
[CollectionDefinition(SharedServers.Messaging)]
public sealed class MessagingCollection : ICollectionFixture<SharedServers>;

/// <summary>
/// Begins with what takes longest, so that the end of a run is not the wait for one collection; what mostly waits for a broker comes beside
/// what starts process after process.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        SharedServers.Processes, SharedServers.Reindexes, Alone<BrokerFaultTests>(), SharedServers.Learning, Alone<BrokerClusterTests>(),
        SharedServers.Pipelines, SharedServers.Messaging, Alone<EncoderFaultTests>(), Alone<ModelUpdateFaultTests>(), Alone<RedisFailoverTests>(),
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.IndexOf(Longest, collection.DisplayName) is >= 0 and var place ? place : Longest.Length)
            .ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);

    // xunit's name for the collection of a class that says none.
    private static string Alone<TClass>() => $"Test collection for {typeof(TClass).FullName}";
}
