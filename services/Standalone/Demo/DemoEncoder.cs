using Pipeline.Catalog;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;

namespace Pipeline.Standalone.Demo;

/// <summary>Trains hash encoders on the demo's pictures, and waits until the better one serves.</summary>
public sealed class DemoEncoder(IEventPublisher events, EncoderCatalog encoders, CollectionCatalog collections)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Methods that are worth the time of a demo.</summary>
    private static readonly string[] Methods = ["itq", "ldph(itq)"];

    /// <summary>Trains; what does not get better changes nothing.</summary>
    /// <returns>What came of it; null if there are too few pictures to train on.</returns>
    public async Task<DemoEncoderFigures?> TrainAsync(CancellationToken ct)
    {
        var command = new TrainEncoder { Collection = DemoRun.Collection, Methods = Methods, CorrelationId = Guid.CreateVersion7() };
        await encoders.RequestAsync(command, ct);
        await events.PublishAsync(command, ct);
        EncoderTraining? training;
        while ((training = (await encoders.GetAsync(DemoRun.Collection, ct)).Find(command.CorrelationId)) is not { IsOpen: false })
        {
            await Task.Delay(Pause, ct);
        }

        if (training is { State: TrainingState.Failed })
        {
            return null;
        }

        while (training.Promoted && (await collections.GetCurrentAsync(DemoRun.Collection, ct))?.Active?.EncoderVersion != training.Version)
        {
            await Task.Delay(Pause, ct);
        }

        var best = training.Candidates[0];
        return new DemoEncoderFigures(best.Method, training.Bits, training.Promoted, best.Map, training.Present?.Map ?? 0, training.Candidates.Sum(candidate => candidate.Seconds));
    }
}
