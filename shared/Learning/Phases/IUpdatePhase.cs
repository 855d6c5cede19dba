namespace Pipeline.Learning.Phases;

/// <summary>A part of an update's work that goes step by step, and can be taken up again.</summary>
internal interface IUpdatePhase : IDisposable
{
    /// <summary>Steps of the whole phase.</summary>
    int Steps { get; }

    /// <summary>Steps taken.</summary>
    int Step { get; }

    /// <summary>Takes the next step, and gives the losses before it.</summary>
    IReadOnlyDictionary<string, float> Advance();

    /// <summary>Everything that the phase goes on from.</summary>
    byte[] Save();

    /// <summary>Goes on where <see cref="Save"/> left off.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another phase.</exception>
    void Restore(ReadOnlySpan<byte> checkpoint);
}
