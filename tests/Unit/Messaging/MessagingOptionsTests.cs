using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Messaging;

public sealed class MessagingOptionsTests
{
    [Theory]
    [InlineData("Messaging:Url", "amqp://broker.example/", "User")]
    [InlineData("Messaging:Url", "amqp://guest:guest@broker.example/", "guest")]
    [InlineData("Messaging:Url", "amqp://pipeline:guest@broker.example/", "guest")]
    [InlineData("Messaging:Url", "http://127.0.0.1/", "amqp")]
    [InlineData("Messaging:Host", "10.0.0.7", "required")]
    [InlineData("Messaging:Host", "localhost,10.0.0.7", "required")]
    [InlineData("Messaging:Host", "localhost,", "Host")]
    [InlineData("Messaging:Host", "localhost:amqp", "Host")]
    [InlineData("Messaging:Host", "user@localhost", "Host")]
    [InlineData("Messaging:Port", "0", "Port")]
    [InlineData("Messaging:PublishTimeout", "00:00:00", "PublishTimeout")]
    [InlineData("Messaging:MaxProbeInterval", "00:00:00.010", "MaxProbeInterval")]
    [InlineData("Messaging:Endpoints:sift-extraction:Prefetch", "0", "Prefetch")]
    [InlineData("Messaging:Endpoints:sift-extraction:Concurrency", "-1", "Concurrency")]
    public async Task Refuses_at_start(string key, string value, string complaint)
    {
        var settings = BusHost.Settings();
        settings["Messaging:Transport"] = "RabbitMq";
        settings[key] = value;

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => BusHost.StartAsync(settings, _ => { }, waitUntilReady: false));

        Assert.Contains(complaint, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://guest:guest@127.0.0.1:5672/")]
    [InlineData("amqp://localhost/")]
    [InlineData("amqps://pipeline:s%40cret@broker.example/images")]
    public void Accepts_a_broker(string url)
    {
        var options = new Pipeline.Messaging.MessagingOptions { Transport = Pipeline.Messaging.MessagingTransport.RabbitMq, Url = new Uri(url) };

        Assert.True(new Pipeline.Messaging.MessagingOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void Refuses_consumers_that_come_after_the_bus()
    {
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().Build();
        services.AddPipelineMessaging(configuration);

        Assert.Throws<InvalidOperationException>(() => services.AddPipelineConsumers(_ => { }));
        Assert.Throws<InvalidOperationException>(() => services.AddPipelineMessaging(configuration));
    }

    [Fact]
    public void Reads_credentials_and_virtual_host_from_the_url()
    {
        var address = Pipeline.Messaging.BrokerAddress.From(new() { Url = new Uri("amqps://pipeline:s%40cret@broker.example/images") });

        Assert.Equal(new Pipeline.Messaging.BrokerNode("broker.example", 5671), Assert.Single(address.Nodes));
        Assert.Equal(("images", "pipeline", "s@cret", true), (address.VirtualHost, address.User, address.Password, address.UseTls));
    }

    [Fact]
    public void Reads_the_nodes_of_a_cluster()
    {
        var address = Pipeline.Messaging.BrokerAddress.From(new() { Host = "one, two:5673,10.0.0.3,[fd00::1]:5674,fd00::2", Port = 5671 });

        Assert.Equal(["one:5671", "two:5673", "10.0.0.3:5671", "[fd00::1]:5674", "[fd00::2]:5671"], address.Nodes.Select(node => node.ToString()));
    }
}
