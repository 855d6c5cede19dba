namespace Pipeline.Contracts;

/// <summary>Names of tenants.</summary>
public static class Tenants
{
    /// <summary>The tenant of uploads that name none.</summary>
    public const string Default = "default";
}
