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

    /// <summary>A command that writes and answers an integer, which comes when so many replicas have the write.</summary>
    /// <exception cref="RedisUnreachableException">
    /// Also when fewer replicas have it, or when that is not certain: the write may be lost with the server that it was made on.
    /// </exception>
    Task<long> ReplicatedNumberAsync(string command, object[] arguments, int replicas, TimeSpan timeout, CancellationToken ct);

    /// <summary>A command that answers bytes, or nil.</summary>
    Task<byte[]?> BytesAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct);

    /// <summary>A command that answers an array of bytes or nils.</summary>
    Task<byte[]?[]> ArrayAsync(string command, object[] arguments, TimeSpan timeout, CancellationToken ct);
}
