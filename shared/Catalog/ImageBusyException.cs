namespace Pipeline.Catalog;

/// <summary>The image is between two lives (being deleted); trying later helps.</summary>
public sealed class ImageBusyException(string message) : Exception(message);
