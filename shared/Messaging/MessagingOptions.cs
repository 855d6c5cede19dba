using System.ComponentModel.DataAnnotations;

namespace Pipeline.Messaging;

/// <summary>Which transport carries the messages.</summary>
public enum MessagingTransport
{
    /// <summary>Inside one process; forgets everything when it ends.</summary>
    InMemory,

    /// <summary>RabbitMQ 3.10 or later.</summary>
    RabbitMq,
}

/// <summary>The bus, bound from the section <c>Messaging</c> and validated at start.</summary>
public sealed class MessagingOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Messaging";

    /// <summary>The transport; in memory by default, so that one process runs without a server.</summary>
    public MessagingTransport Transport { get; set; }

    /// <summary>
    /// The broker as <c>amqp://user:password@host:port/vhost</c> (<c>amqps</c> for TLS). Wins over the single settings below.
    /// </summary>
    public Uri? Url { get; set; }

    /// <summary>
    /// Host of the broker, or the nodes of its cluster, separated by commas, each with its port if that is not
    /// <see cref="Port"/>: <c>rabbitmq-1,rabbitmq-2:5673</c>. A process begins with any of them and goes on with the next when
    /// one is lost.
    /// </summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port of the broker; 5672, with TLS usually 5671.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 5672;

    /// <summary>Virtual host.</summary>
    [Required]
    public string VirtualHost { get; set; } = "/";

    /// <summary>User. Without one, <c>guest</c> is used on loopback; any other host needs a real one.</summary>
    public string? User { get; set; }

    /// <summary>Password. Without one, <c>guest</c> is used on loopback; any other host needs a real one.</summary>
    public string? Password { get; set; }

    /// <summary>Whether the connection uses TLS; the certificate, that of each node, must name the first of <see cref="Host"/>.</summary>
    public bool UseTls { get; set; }

    /// <summary>
    /// How long the broker may take to answer, to the declaration of a queue, say, before the endpoint connects anew. That the
    /// broker is gone is noticed by heartbeats, sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BrokerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt to publish may wait for the broker's confirm.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a publish is tried again after its first attempt failed or timed out.</summary>
    [Range(0, 20)]
    public int PublishRetries { get; set; } = 3;

    /// <summary>How often a transient error is retried at once, in process, per delivery.</summary>
    [Range(0, 20)]
    public int RetryCount { get; set; } = 3;

    /// <summary>The first pause between retries in process; each further one is twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a message rests in the retry queue after its retries in process failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan RedeliveryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a message comes back from the retry queue before it goes to the error queue.</summary>
    [Range(0, 100)]
    public int RedeliveryLimit { get; set; } = 5;

    /// <summary>
    /// How often the broker delivers a message that its worker neither acknowledges nor survives, before it puts the
    /// message into quarantine. Part of the queue's declaration: changing it for an existing queue needs a new queue.
    /// </summary>
    [Range(1, 1000)]
    public int DeliveryLimit { get; set; } = 8;

    /// <summary>The longest a message is held while a dependency is away, before it goes to the retry queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:20:00")]
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The first pause before a dependency is probed again; each further one is twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause between probes of a dependency that is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan MaxProbeInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a request waits for its answer, and how long a question may rest in an interactive queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping process waits for messages it has begun.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a process tells what its endpoints are doing (<c>ServiceReported</c>); 0 for never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Settings of single endpoints by name, before what their definitions say.</summary>
    public Dictionary<string, EndpointOptions> Endpoints { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Settings of one endpoint; what is not set is as the endpoint's definition says.</summary>
public sealed class EndpointOptions
{
    /// <summary>How many unacknowledged messages the broker gives one process.</summary>
    public int? Prefetch { get; set; }

    /// <summary>How many messages one process works on at once.</summary>
    public int? Concurrency { get; set; }

    /// <summary>The most messages in a batch, where the endpoint has a batch consumer.</summary>
    public int? BatchSize { get; set; }

    /// <summary>How long a batch waits to fill.</summary>
    public TimeSpan? BatchTime { get; set; }
}
