namespace Pipeline.Catalog;

/// <summary>What all kinds of trainings have.</summary>
public interface ITraining
{
    /// <summary>The id, by which deliveries of one command are recognised.</summary>
    Guid Id { get; }

    /// <summary>Whether something is still to come of it.</summary>
    bool IsOpen { get; }
}
