namespace Pipeline.Storage;

/// <summary>An update lost to other writers so often that it gave up; a later attempt may succeed.</summary>
public sealed class StateConflictException(string message) : Exception(message);
