using System.ComponentModel.DataAnnotations;
using Pipeline.Hosting;

namespace Pipeline.Dashboard;

/// <summary>The operator's page. Section <c>Dashboard</c>.</summary>
public sealed class DashboardOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Dashboard";

    /// <summary>
    /// Who may sign in: <c>read</c> looks (viewer), <c>write</c> handles failures (operator), <c>admin</c> changes models and
    /// collections. Empty means everybody is admin, which is refused unless only loopback is bound.
    /// </summary>
    public IList<ApiKeyOptions> ApiKeys { get; init; } = [];

    /// <summary>
    /// Whether keys are taken over plain HTTP from elsewhere than this machine: in a container whose port is published on loopback
    /// alone, say, or behind a proxy that ends TLS, where nobody can listen.
    /// </summary>
    public bool AllowInsecureKey { get; init; }

    /// <summary>How long a session lasts without a request.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>After how long without a report a process is taken to be down.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the lengths of the queues are asked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan QueueInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether messages are taken from the error queues and quarantines into the state store, where the page of failures has them. False
    /// leaves them in their queues, for other tools.
    /// </summary>
    public bool CollectFailures { get; init; } = true;

    /// <summary>Most rejections that are kept; the oldest go. Failed messages are kept until somebody deals with them.</summary>
    [Range(100, 10_000_000)]
    public int KeepRejections { get; init; } = 100_000;

    /// <summary>Most entries of the audit log; the oldest go. At most a tenth are of keys that were not known.</summary>
    [Range(100, 1_000_000)]
    public int AuditEntries { get; init; } = 10_000;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var key in ApiKeys)
        {
            foreach (var problem in key.Problems())
            {
                yield return new ValidationResult($"Dashboard:ApiKeys: {problem}");
            }

            // The pages show the system as a whole: a limit that they cannot keep must not look as if it held.
            if (key.Collections.Count > 0 || key.Tenants.Count > 0)
            {
                yield return new ValidationResult($"Dashboard:ApiKeys: the key '{key.Name}' is limited to collections or tenants, which the dashboard cannot keep.");
            }
        }
    }
}
