using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// Reads what stages stored of images, for whoever works on many of them at once. What is gone belonged to an image that was deleted meanwhile; what is
/// damaged is logged and counts as gone, so that one image's blob neither stops the mining of those around it nor a training on all.
/// </summary>
public sealed partial class FeatureBlobs(IBlobStore blobs, ILogger<FeatureBlobs> logger)
{
    /// <summary>Reads one blob.</summary>
    /// <typeparam name="T">What is stored.</typeparam>
    /// <param name="key">The blob.</param>
    /// <param name="parse">Reads its bytes; throws <see cref="InvalidDataException"/> where they are damaged.</param>
    /// <param name="otherwise">What counts where there is nothing to read.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<T> ReadAsync<T>(string key, Func<byte[], T> parse, T otherwise, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(parse);
        if (await blobs.TryReadAsync(key, ct) is not { } stored)
        {
            return otherwise;
        }

        try
        {
            return parse(stored);
        }
        catch (InvalidDataException e)
        {
            LogDamaged(logger, e, key);
            return otherwise;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} is damaged; its image is left out")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string key);
}
