namespace Pipeline.Dashboard.Live;

/// <summary>One process as the page shows it.</summary>
/// <param name="Service">The service.</param>
/// <param name="Process">Machine and process id.</param>
/// <param name="StartedAt">When it started, UTC.</param>
/// <param name="HeardAt">When it was last heard of, UTC.</param>
/// <param name="IsAlive">Whether it lives, as far as is known.</param>
/// <param name="IsStopped">Whether it said that it ends.</param>
public sealed record ProcessFigures(string Service, string Process, DateTimeOffset StartedAt, DateTimeOffset HeardAt, bool IsAlive, bool IsStopped);
