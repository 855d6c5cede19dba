namespace Pipeline.Upload;

/// <summary>Why an upload is refused for good.</summary>
/// <param name="Reason">A code of <see cref="Contracts.RejectionReasons"/>.</param>
/// <param name="Detail">For people.</param>
public sealed record Rejection(string Reason, string Detail);
