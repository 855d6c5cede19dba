namespace Pipeline.Storage;

/// <summary>The record must have this version; 0: must be absent.</summary>
internal readonly record struct StateCondition(StateKey Key, long Version);

/// <summary>One change of a transaction.</summary>
internal abstract record StateChange(StateKey Key);

internal sealed record PutRecord(StateKey Key, byte[] Value) : StateChange(Key);

internal sealed record DeleteRecord(StateKey Key) : StateChange(Key);

internal sealed record AddMember(StateKey Key, string Member) : StateChange(Key);

internal sealed record RemoveMember(StateKey Key, string Member) : StateChange(Key);

internal sealed record AddScored(StateKey Key, string Member, double Score, int? KeepHighest) : StateChange(Key);

internal sealed record RemoveScored(StateKey Key, string Member) : StateChange(Key);

internal sealed record IncrementCounter(StateKey Key, long By) : StateChange(Key);

/// <summary>Forgets a counter.</summary>
internal sealed record ResetCounter(StateKey Key) : StateChange(Key);
