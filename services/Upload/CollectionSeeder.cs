using Microsoft.Extensions.Options;
using Pipeline.Contracts.Queries;
using Pipeline.Hosting;
using Pipeline.Messaging;

namespace Pipeline.Upload;

/// <summary>Creates the configured collections at start.</summary>
public sealed partial class CollectionSeeder(CollectionKeeping collections, IOptions<UploadOptions> options, ILogger<CollectionSeeder> logger) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in options.Value.Collections)
        {
            try
            {
                await WhenStored.DoAsync(ct => collections.CreateAsync(name, settings: null, ct), name, logger, cancellationToken);
            }
            catch (PermanentException e) when (e.Reason == RefusalReasons.CollectionDeleting)
            {
                LogNotCreated(logger, name);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Collection} is not created: it is being deleted. Once that is done, the next start creates it.")]
    private static partial void LogNotCreated(ILogger logger, string collection);
}
