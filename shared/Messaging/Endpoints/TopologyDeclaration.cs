using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Messaging.Endpoints;

/// <summary>
/// Declares the process's routes once the broker is there. Consumers need not wait for it, their own channels declare the
/// routes too; it is for processes that only publish.
/// </summary>
internal sealed class TopologyDeclaration(IOptions<MessagingOptions> options, RouteDeclaration routes, ILogger<TopologyDeclaration> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _declared = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when publishing cannot lose a routed event any more.</summary>
    public Task Declared => _declared.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (routes.IsNeeded)
        {
            while (!await TryDeclareAsync(stoppingToken))
            {
                await Task.Delay(Pause, stoppingToken);
            }
        }

        _declared.SetResult();
    }

    private async Task<bool> TryDeclareAsync(CancellationToken cancellationToken)
    {
        var broker = BrokerAddress.From(options.Value);
        try
        {
            await using var connection = await broker.ConnectAsync(options.Value.BrokerTimeout, cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await routes.DeclareAsync(connection, channel, endpoint: null, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.TopologyNotDeclared(string.Join(", ", broker.Nodes), Pause, exception.Message);
            return false;
        }
    }
}
