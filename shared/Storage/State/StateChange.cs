namespace Pipeline.Storage;

/// <summary>What must hold of something for a transaction to be applied.</summary>
internal abstract record StateCondition(StateKey Key);

/// <summary>The record must have this version; 0: must be absent.</summary>
internal sealed record ExpectedVersion(StateKey Key, long Version) : StateCondition(Key);

/// <summary>The sorted set must have fewer members than this.</summary>
internal sealed record ExpectedFewer(StateKey Key, long Members) : StateCondition(Key);

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
