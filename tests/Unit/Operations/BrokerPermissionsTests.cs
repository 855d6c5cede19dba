using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Operations;

public sealed class BrokerPermissionsTests
{
    private static readonly string File = Path.Combine(RepositoryRoot.Path, "infra", "rabbitmq", "definitions.json.template");

    /// <summary>With PIPELINE_WRITE_DEFINITIONS set, as <c>infra/rabbitmq/definitions</c> does, the file is written.</summary>
    [Fact]
    public async Task The_brokers_users_may_do_what_their_services_do_and_nothing_else()
    {
        var expected = BrokerPermissions.Definitions();
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_DEFINITIONS") is { Length: > 0 })
        {
            await System.IO.File.WriteAllTextAsync(File, expected);
        }

        Assert.True(
            expected == await System.IO.File.ReadAllTextAsync(File),
            "The services' endpoints or messages have changed: infra/rabbitmq/definitions writes their permissions anew.");
    }

    [Fact]
    public void No_command_is_lost_because_whoever_carries_it_out_never_ran()
    {
        // Whoever waits for an answer hears of a loss.
        var answered = ServiceTopology.All.SelectMany(service => service.Answered).ToHashSet();
        var lost = from service in ServiceTopology.All
                   from command in service.Published.Except(service.RoutedMessages).Except(service.Consumed).Except(answered)
                   where command.Namespace == typeof(DeleteImage).Namespace
                   select $"{service.Name}: {command.Name}";

        Assert.Empty(lost);
    }

    [Fact]
    public void What_a_service_publishes_is_read_from_its_code()
    {
        var mining = Assert.Single(ServiceTopology.All, service => service.Name == "neighbour-mining");

        Assert.Contains(typeof(NeighboursMined), mining.Published);
        Assert.Contains(typeof(FindNeighbours), mining.Published);
        Assert.DoesNotContain(typeof(DeleteImage), mining.Published);
        Assert.Contains("neighbour-mining-bulk", mining.Work);
        Assert.Contains("PipelineNeighbourMining_bus_", mining.AnswerQueues, StringComparison.Ordinal);
        Assert.Contains(typeof(EmbedCollection), Assert.Single(ServiceTopology.All, service => service.Name == "gateway").Published);
    }
}
