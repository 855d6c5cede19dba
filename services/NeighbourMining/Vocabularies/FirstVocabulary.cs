using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Neighbours.Words;
using Pipeline.Storage;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>Lets a collection begin with the vocabulary that its settings name, instead of one trained by itself.</summary>
public sealed class FirstVocabulary(VocabularyCatalog vocabularies, ArtifactStore artifacts, TimeProvider time)
{
    private static readonly Guid Namespace = new("c2f7f0c4-6d0e-4b0b-9f0b-4c0d54a3e1aa");

    /// <summary>Publishes the vocabulary as one that was trained for the collection; again until it serves.</summary>
    /// <param name="collection">The collection, which has an index and no vocabulary.</param>
    /// <param name="version">The vocabulary.</param>
    /// <param name="publish">Publishes.</param>
    /// <param name="ct">Cancels.</param>
    public async Task BeginAsync(CollectionRecord collection, string version, Func<VocabularyPublished, Task> publish, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(publish);
        var id = ImageIdentity.CreateVersion5(Namespace, $"{collection.Name}/{collection.Life}/{version}");
        var known = await vocabularies.GetAsync(collection.Name, ct);
        if (known.Serving is { } serving && serving != id)
        {
            // One was trained since, and is about to serve.
            return;
        }

        var words = known.Find(id)?.Words ?? VisualVocabulary.Parse(await artifacts.LoadAsync(version, ct)).Size;
        if (known.Serving is null)
        {
            var holder = Guid.NewGuid();
            var command = new TrainVocabulary { Collection = collection.Name, CorrelationId = id };
            if ((await vocabularies.BeginAsync(command, holder, TimeSpan.FromMinutes(1), ct)).Holder != holder
                || !await vocabularies.FinishAsync(
                    collection.Name,
                    holder,
                    new VocabularyTraining { Id = id, State = TrainingState.Done, Version = version, Words = words, At = time.GetUtcNow() },
                    ct))
            {
                return;
            }
        }

        await publish(new VocabularyPublished { Collection = collection.Name, VocabularyVersion = version, Words = words, CorrelationId = id });
    }
}
