using Microsoft.Extensions.Options;
using Pipeline.Catalog;

namespace Pipeline.Upload;

/// <summary>Creates the configured collections at start.</summary>
public sealed class CollectionSeeder(CollectionCatalog collections, IOptions<UploadOptions> options) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in options.Value.Collections)
        {
            await collections.CreateAsync(name, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
