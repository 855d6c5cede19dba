namespace Pipeline.Contracts.Events;

/// <summary>The image, its features and its index entry are gone.</summary>
public sealed record ImageDeleted : ImageEvent;
