using System.Net;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>What goes wrong with a <see cref="QdrantDouble"/>. May be changed while it serves.</summary>
public sealed class QdrantFaults
{
    private int _broken;

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Writes are refused as by a server whose disk is full.</summary>
    public bool IsFull { get; set; }

    /// <summary>If not null, every request is answered so before anything is done.</summary>
    public HttpStatusCode? Refusal { get; set; }

    /// <summary>The next so many requests take place, but their connections break before the answer.</summary>
    public int BrokenAnswers
    {
        get => _broken;
        set => Volatile.Write(ref _broken, value);
    }

    /// <summary>Takes one of <see cref="BrokenAnswers"/>.</summary>
    internal bool TakeBroken()
    {
        if (Volatile.Read(ref _broken) <= 0)
        {
            return false;
        }

        return Interlocked.Decrement(ref _broken) >= 0;
    }
}
