namespace Pipeline.Contracts;

/// <summary>What a generation of a collection can be, as events and the API say it.</summary>
public static class GenerationStates
{
    /// <summary>Filled beside the one that serves.</summary>
    public const string Filling = "filling";

    /// <summary>Filled, and compared with what is stored of the images.</summary>
    public const string Verifying = "verifying";

    /// <summary>Answers searches.</summary>
    public const string Serving = "serving";

    /// <summary>Served before, and is kept up to date so that a roll-back is immediate.</summary>
    public const string Kept = "kept";

    /// <summary>Served, and was given up by a roll-back; kept up to date for a while all the same.</summary>
    public const string RolledBack = "rolled-back";

    /// <summary>Served, and is gone.</summary>
    public const string Retired = "retired";

    /// <summary>Given up before it served.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Could not be filled, or did not pass its verification; what served goes on serving.</summary>
    public const string Failed = "failed";

    /// <summary>A command that began nothing; the reason says why.</summary>
    public const string Refused = "refused";
}
