namespace Pipeline.Contracts.Commands;

/// <summary>Delete an image, its features and its index entry. Deleting what is not there succeeds.</summary>
public sealed record DeleteImage : ImageEvent;
