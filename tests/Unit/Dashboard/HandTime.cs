namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>A clock that moves when told to.</summary>
internal sealed class HandTime(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset _now = now;

    public HandTime()
        : this(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public void Move(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;
}
