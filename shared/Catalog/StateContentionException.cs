namespace Pipeline.Catalog;

/// <summary>A record was changed by others so often that the change was given up; trying later helps.</summary>
public sealed class StateContentionException(string message) : Exception(message);
