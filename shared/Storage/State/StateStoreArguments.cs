namespace Pipeline.Storage;

/// <summary>Argument checks that every store makes alike.</summary>
internal static class StateStoreArguments
{
    private const int MaxScan = 10_000;

    public static void ValidateScan(string table, int limit)
    {
        StateKey.ValidateTable(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxScan);
    }
}
