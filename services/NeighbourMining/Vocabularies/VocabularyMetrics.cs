using System.Diagnostics.Metrics;
using Pipeline.Catalog;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>What operators see of trainings of vocabularies; the meter is <see cref="MiningMetrics.MeterName"/>.</summary>
public sealed class VocabularyMetrics(IMeterFactory meters) : TrainingMetrics(meters, MiningMetrics.MeterName, "vocabulary_training", "done or failed");
