namespace Pipeline.Storage;

/// <summary>No connection, a broken one, or no answer in time.</summary>
internal sealed class RedisUnreachableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
