namespace Pipeline.Contracts;

/// <summary>What a person may say of two images.</summary>
public static class PairVerdicts
{
    /// <summary>Both show the same: they are near-duplicates, whatever geometry says, and a pair to learn from.</summary>
    public const string Same = "same";

    /// <summary>They do not show the same: never a near-duplicate, never a pair to learn from.</summary>
    public const string NotSame = "not-same";

    /// <summary>An earlier verdict is taken back: geometry decides again.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>Longest name of who gave a verdict, in characters.</summary>
    public const int LongestName = 100;

    /// <summary>Whether it is one of the verdicts.</summary>
    public static bool IsKnown(string? verdict) => verdict is Same or NotSame or Withdrawn;
}
