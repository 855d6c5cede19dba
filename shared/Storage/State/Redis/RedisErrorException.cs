namespace Pipeline.Storage;

/// <summary>The server's error answer.</summary>
internal sealed class RedisErrorException(string message, Exception innerException) : Exception(message, innerException)
{
    /// <summary>The error's first word, which names its kind: NOSCRIPT, LOADING, …</summary>
    private string Kind => Message.Split(' ', 2)[0];

    /// <summary>The script must be sent in full once: the server was restarted, or never had it.</summary>
    public bool IsScriptMissing => Kind == "NOSCRIPT";

    /// <summary>The server follows another one, which should have been asked.</summary>
    public bool IsOfReplica => Kind is "READONLY" or "MASTERDOWN";

    /// <summary>The server is up and cannot serve: starting, out of memory or disk, a replica, busy, refusing the password.</summary>
    public bool IsUnavailable => Kind is
        "LOADING" or "OOM" or "MISCONF" or "READONLY" or "MASTERDOWN" or "BUSY" or "TRYAGAIN" or "CLUSTERDOWN" or "NOREPLICAS"
        or "NOAUTH" or "WRONGPASS" or "NOPERM";
}
