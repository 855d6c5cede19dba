namespace Pipeline.Catalog;

/// <summary>A collection is trained by somebody else at this moment; trying later helps.</summary>
public sealed class TrainingHeldException(string message) : Exception(message);
