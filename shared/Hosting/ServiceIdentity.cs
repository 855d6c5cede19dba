namespace Pipeline.Hosting;

/// <summary>Who this process is, in telemetry.</summary>
/// <param name="Name">The service's name, such as <c>sift-extraction</c>.</param>
internal sealed record ServiceIdentity(string Name);
