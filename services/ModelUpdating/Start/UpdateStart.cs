using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.ModelUpdating.Evidence;

namespace Pipeline.ModelUpdating.Start;

/// <summary>Decides whether a collection's model is to be updated by itself, and asks for it: once, however many processes look.</summary>
public sealed class UpdateStart(
    CollectionCatalog collections, ModelUpdateCatalog updates, SeenPairs pairs, IOptions<ModelUpdatingOptions> options, TimeProvider time)
{
    private static readonly Guid Namespace = new("0a4cbe0c-52a7-4d5e-9d0f-3f2d6b1f8c11");
    private readonly ConcurrentDictionary<string, bool> _counted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (Guid Update, DateTimeOffset At)> _askedAgain = new(StringComparer.Ordinal);

    /// <summary>Looks at one collection.</summary>
    /// <returns>The command to publish; null if none is due.</returns>
    public async Task<UpdateModel?> LookAsync(string collection, CancellationToken ct)
    {
        var record = await updates.GetAsync(collection, ct);
        if (record.Trainings.FirstOrDefault(update => update.IsOpen) is { } open)
        {
            return IsPerhapsLost(collection, open, record) ? open.Command : null;
        }

        var now = time.GetUtcNow();
        var last = record.Trainings.Count > 0 ? record.Trainings[^1] : null;
        if (!((await collections.GetAsync(collection, ct))?.Settings.Model.Automatic ?? options.Value.Automatic)
            || (last is not null && now - last.At < options.Value.MinInterval)
            || await collections.GetCurrentAsync(collection, ct) is not { Active: { Next: null } } present
            || !await HasEnoughAsync(collection, ct))
        {
            return null;
        }

        // The same for all who saw this last update: whoever is slower finds the command known, perhaps even carried out.
        var id = ImageIdentity.CreateVersion5(Namespace, present.Life == 1 ? $"{collection}/{last?.Id}" : $"{collection}/{present.Life}/{last?.Id}");
        var command = new UpdateModel { Collection = collection, CorrelationId = id };
        await updates.RequestAsync(command, ct);
        return command;
    }

    /// <summary>The first look of a process counts in any case: what was told while none listened is no hint.</summary>
    private async Task<bool> HasEnoughAsync(string collection, CancellationToken ct)
    {
        if (_counted.ContainsKey(collection) && await pairs.HintedAsync(collection, ct) < options.Value.MinNewPairs)
        {
            return false;
        }

        var found = await pairs.CountAsync(collection, ct);
        _counted[collection] = true;
        return found.NewPairs >= options.Value.MinNewPairs && found.Images >= options.Value.MinImages;
    }

    /// <summary>Whether nobody is at an update that was asked for, or begun, so long ago that its message may be lost, or waits among the errors.</summary>
    private bool IsPerhapsLost(string collection, ModelUpdate update, TrainingRecord<ModelUpdate> record)
    {
        var now = time.GetUtcNow();
        var asked = _askedAgain.TryGetValue(collection, out var again) && again.Update == update.Id ? again.At : update.At;
        var isDue = (record.Holder is null || record.HeldUntil <= now) && now - asked >= options.Value.RetryAfter;
        if (isDue)
        {
            _askedAgain[collection] = (update.Id, now);
        }

        return isDue;
    }
}
