using Pipeline.Onnx.Training;

namespace Pipeline.Learning.Synthesis;

/// <summary>The mean and variance that a network's batch normalisations have kept of what they were trained on.</summary>
internal static class BatchStatistics
{
    /// <summary>
    /// Σ over normalisations of the mean over channels of (μ − mean)²/var + (σ/dev − 1)²: how far a batch is from what the network knows,
    /// in the network's own units, so that no channel and no layer outweighs another.
    /// </summary>
    /// <param name="math">Where it is written.</param>
    /// <param name="network">The network.</param>
    /// <param name="values">Its values in the graph, as <see cref="GraphModule.Apply"/> gave them.</param>
    /// <exception cref="ArgumentException">The model has no batch normalisation.</exception>
    public static string Distance(GraphMath math, GraphModule network, IReadOnlyDictionary<string, string> values)
    {
        List<(double, string)> layers = [];
        foreach (var normalisation in network.Normalisations)
        {
            string x = values[normalisation.Input], mean = Channels(normalisation.Mean), variance = math.Offset(Channels(normalisation.Variance), 1e-5);
            string centre = math.Mean(x, keep: true, axes: [0, 2, 3]);
            string spread = math.Mean(math.Square(math.Subtract(x, centre)), keep: true, axes: [0, 2, 3]);
            string ofMean = math.Divide(math.Square(math.Subtract(centre, mean)), variance);
            string ofSpread = math.Square(math.Offset(math.Sqrt(math.Offset(math.Divide(spread, variance), 1e-8)), -1));
            layers.Add((1, math.Add(math.Mean(ofMean), math.Mean(ofSpread))));
        }

        return layers.Count > 0
            ? math.WeightedSum([.. layers])
            : throw new ArgumentException("The model has no batch normalisation, whose statistics could tell what it has seen.", nameof(network));

        string Channels(string statistic) => math.Reshape(values[statistic], 1, -1, 1, 1);
    }
}
