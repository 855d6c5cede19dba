namespace Pipeline.Hashing.Learning;

/// <summary>Rows that a learner cannot learn from; the message says why.</summary>
public sealed class TrainingDataException(string message) : Exception(message);
