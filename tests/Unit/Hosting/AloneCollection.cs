using Xunit;

namespace Pipeline.Tests.Unit.Hosting;

/// <summary>
/// Tests that look at a whole process's metrics. OpenTelemetry takes instruments of one name for one, whichever host made them, and
/// drops them when a host ends: no other host may run beside.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
