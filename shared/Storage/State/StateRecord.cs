namespace Pipeline.Storage;

/// <summary>A stored value with its version.</summary>
/// <param name="Value">The bytes that were put.</param>
/// <param name="Version">
/// Greater than 0, and greater with every put of this record, also over a deletion: a version once seen never comes back.
/// </param>
public sealed record StateRecord(ReadOnlyMemory<byte> Value, long Version);

/// <summary>A record together with its id, as a scan returns it.</summary>
/// <param name="Id">The record's id within the scanned table.</param>
/// <param name="Record">Its value and version.</param>
public sealed record StateEntry(string Id, StateRecord Record);

/// <summary>A part of a table, ordered by id.</summary>
/// <param name="Records">At most as many records as were asked for.</param>
/// <param name="Next">What to pass as <c>after</c> to go on; null at the end.</param>
public sealed record StatePage(IReadOnlyList<StateEntry> Records, string? Next);
