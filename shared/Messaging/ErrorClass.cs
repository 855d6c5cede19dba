namespace Pipeline.Messaging;

/// <summary>What an exception means for the message that met it. No class (null) means transient: worth a retry.</summary>
public abstract record ErrorClass
{
    private ErrorClass()
    {
    }

    /// <summary>The message can never succeed: it becomes an <c>ImageRejected</c> and is acknowledged.</summary>
    /// <param name="Reason">A stable code of <see cref="Contracts.RejectionReasons"/>.</param>
    /// <param name="Detail">For people: what was wrong.</param>
    public sealed record Permanent(string Reason, string Detail) : ErrorClass;

    /// <summary>Not the message's fault: a server it needs is away. Consumption pauses until a probe passes.</summary>
    /// <param name="Name">The dependency, for logs: <c>redis</c>, <c>qdrant</c>.</param>
    public sealed record DependencyDown(string Name) : ErrorClass;
}
