using Microsoft.Extensions.Options;
using Pipeline.Catalog;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// Leaves live uploads their speed: while some are under way, a re-index rests most of the time. Searches do not hold it up: on a quiet machine they take
/// a millisecond more at their p95 beside it, and where somebody is always searching it would last several times as long.
/// </summary>
public sealed class ReindexThrottle(ImageCatalog images, IOptions<ReindexOptions> options, TimeProvider time)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    /// <summary>Rests after a piece of work so that its time is <see cref="ReindexOptions.Share"/> of all; not at all while nothing is uploaded.</summary>
    /// <param name="collection">The collection that is indexed anew.</param>
    /// <param name="worked">How long the work took.</param>
    /// <param name="ct">Cancels.</param>
    public async Task RestAsync(string collection, TimeSpan worked, CancellationToken ct)
    {
        if (await images.CountAsync(collection, ImageStatus.Processing, ct) > 0)
        {
            var rest = worked * ((1 - options.Value.Share) / options.Value.Share);
            await Task.Delay(rest < LongestRest ? rest : LongestRest, time, ct);
        }
    }
}
