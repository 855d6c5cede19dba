namespace Pipeline.Hashing.Learning;

/// <summary>Training steps in plain C#: equal bit for bit on every processor.</summary>
internal sealed class PlainTwinSteps(TwinNetwork network, LdphOptions options) : ITwinSteps
{
    /// <inheritdoc/>
    public void Imitate(ReadOnlyMemory<int> rows, RowCodes targets, ulong dropoutSeed)
    {
        network.ImitationGradient(rows, targets, dropoutSeed);
        network.Step(options.Rate, options.Momentum, 0);
    }

    /// <inheritdoc/>
    public void Preserve(ReadOnlyMemory<RowPair> pairs, DistanceTerm fit, RowCodes targets, ulong dropoutSeed)
    {
        network.DistanceGradient(pairs, fit, targets, dropoutSeed);
        network.Step(options.Rate, options.Momentum, options.Beta);
    }

    /// <inheritdoc/>
    public void Rest() => network.Rest();

    /// <inheritdoc/>
    public void Reload() => Rest();

    /// <inheritdoc/>
    public void Publish()
    {
        // The network is what changed.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
