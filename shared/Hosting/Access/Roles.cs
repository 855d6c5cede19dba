namespace Pipeline.Hosting;

/// <summary>What a caller may do; also the names of the authorisation policies.</summary>
public static class Roles
{
    /// <summary>Search and look.</summary>
    public const string Read = "read";

    /// <summary>Upload and delete too.</summary>
    public const string Write = "write";

    /// <summary>Manage collections too.</summary>
    public const string Admin = "admin";

    /// <summary>The roles a key of <paramref name="role"/> has.</summary>
    public static IReadOnlyList<string> Including(string role) => role switch
    {
        Admin => [Read, Write, Admin],
        Write => [Read, Write],
        _ => [Read],
    };
}
