namespace Pipeline.Storage;

/// <summary>
/// All that the state store needs of a Redis client. Arguments are <see cref="string"/> or <see cref="byte"/> arrays; the
/// method says what shape of answer the command has.
/// </summary>
/// <remarks>
/// Throws <see cref="RedisUnreachableException"/> when no answer came, so that the command may have been executed, and
/// <see cref="RedisErrorException"/> when the server answered with an error, so that it was not.
/// </remarks>
internal interface IRedisConnection : IAsyncDisposable
{
    /// <summary>A command that answers an integer.</summary>
    Task<long> NumberAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct);

    /// <summary>A command that answers bytes, or nil.</summary>
    Task<byte[]?> BytesAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct);

    /// <summary>A command that answers an array of bytes or nils.</summary>
    Task<byte[]?[]> ArrayAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct);
}
