namespace Pipeline.VectorIndex.Embedded;

/// <summary>How far a point is woven into a graph.</summary>
internal enum NodeState : byte
{
    /// <summary>No point.</summary>
    Free,

    /// <summary>New: has no list, and no list names it.</summary>
    Pending,

    /// <summary>Its list lost an entry and has to be searched for anew; others may name it.</summary>
    Broken,

    /// <summary>Its list is right.</summary>
    Woven,
}
