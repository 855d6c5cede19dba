namespace Pipeline.Contracts;

/// <summary>Versions of the message shapes.</summary>
public static class SchemaVersions
{
    /// <summary>The version this code writes, and the only one it accepts from other systems.</summary>
    public const int Current = 1;
}
