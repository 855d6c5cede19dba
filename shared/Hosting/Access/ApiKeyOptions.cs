namespace Pipeline.Hosting;

/// <summary>One caller's key. Only the hash of the key is configured, so a configuration file gives none away.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The caller's name, for logs.</summary>
    public string Name { get; init; } = "";

    /// <summary>Hexadecimal SHA-256 of the key.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Of <c>read</c>, <c>write</c>, <c>admin</c>. A write key may read, an admin key may do both.</summary>
    public string Role { get; init; } = Roles.Read;

    /// <summary>Collections the key is limited to; empty for all.</summary>
    public IList<string> Collections { get; init; } = [];

    /// <summary>Tenants the key is limited to; empty for all.</summary>
    public IList<string> Tenants { get; init; } = [];

    /// <summary>What is wrong with it, for people; nothing where it is right.</summary>
    public IEnumerable<string> Problems()
    {
        if (Name.Length == 0)
        {
            yield return "a key has no name.";
        }

        if (Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit))
        {
            yield return $"the key '{Name}' needs Sha256, 64 hexadecimal digits.";
        }

        if (Role is not (Roles.Read or Roles.Write or Roles.Admin))
        {
            yield return $"the key '{Name}' has the unknown role '{Role}'.";
        }
    }
}
