namespace Pipeline.Hashing.Learning;

/// <summary>How linear distance preserving hashing is trained; the defaults are the published recipe unless said otherwise.</summary>
public sealed record LdphOptions
{
    /// <summary>Epochs of imitating the reference's bits.</summary>
    public int PretrainingEpochs { get; init; } = 50;

    /// <summary>Rounds of a least-squares fit of distances and then of training on pairs.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Epochs over the pairs in each round.</summary>
    public int EpochsPerRound { get; init; } = 10;

    /// <summary>Pairs for each row, drawn once.</summary>
    public int PairsPerRow { get; init; } = 10;

    /// <summary>Rows, or pairs, in a batch.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary>Learning rate; gradients are means over the rows of a batch.</summary>
    public double Rate { get; init; } = 2;

    /// <summary>Momentum.</summary>
    public double Momentum { get; init; } = 0.5;

    /// <summary>Share of hidden units left out of each step.</summary>
    public double Dropout { get; init; } = 0.05;

    /// <summary>α: how much the codes of the round before count.</summary>
    public double Alpha { get; init; } = 0.1;

    /// <summary>λ: how much the distances count.</summary>
    public double Lambda { get; init; } = 0.5;

    /// <summary>β: how much orthogonal weights count.</summary>
    public double Beta { get; init; } = 1e-4;

    /// <summary>What takes the steps.</summary>
    public LdphEngine Engine { get; init; }

    /// <summary>γ: how much evenly used bits count, −γ·mean_k H(q_k) with q_k the batch mean of bit k; 0 leaves it out. (Ours.)</summary>
    public double Gamma { get; init; }
}
