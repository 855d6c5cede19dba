namespace Pipeline.Hashing.Learning;

/// <summary>
/// Takes training steps of a <see cref="TwinNetwork"/>, which itself changes on <see cref="Publish"/> at the latest. Not
/// safe for concurrent calls.
/// </summary>
internal interface ITwinSteps : IDisposable
{
    /// <summary>A step down the mean over rows of ½‖H − target‖².</summary>
    /// <param name="rows">Which rows.</param>
    /// <param name="targets">Codes of all rows.</param>
    /// <param name="dropoutSeed">Chooses the hidden units that are left out.</param>
    void Imitate(ReadOnlyMemory<int> rows, RowCodes targets, ulong dropoutSeed);

    /// <summary>
    /// A step down the mean over the rows of pairs of λ/(2L)·(h − a·d − b)² + α/2·‖H − target‖², the rounding in h taken as
    /// the identity, with β's pull to orthogonal weights.
    /// </summary>
    /// <param name="pairs">The pairs of the batch.</param>
    /// <param name="fit">a, b and the weights of the terms.</param>
    /// <param name="targets">Codes of all rows.</param>
    /// <param name="dropoutSeed">Chooses the hidden units that are left out.</param>
    void Preserve(ReadOnlyMemory<RowPair> pairs, DistanceTerm fit, RowCodes targets, ulong dropoutSeed);

    /// <summary>Forgets the momentum.</summary>
    void Rest();

    /// <summary>Goes on from the network's parameters, without momentum.</summary>
    void Reload();

    /// <summary>Brings the network's parameters up to date.</summary>
    void Publish();
}
