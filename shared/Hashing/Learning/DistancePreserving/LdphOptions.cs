namespace Pipeline.Hashing.Learning;

/// <summary>How linear distance preserving hashing is trained; the defaults are the published recipe but for what is said to be ours.</summary>
public sealed record LdphOptions
{
    /// <summary>The published recipe without what is ours.</summary>
    public static LdphOptions Published { get; } = new()
    {
        Lambda = 0.5, LeastImitationSteps = 0, LeastPairs = 0, HiddenPerBit = 1, FeatureDistances = false, NearShare = 0,
        AveragedEpochs = 1, KeepBest = false,
    };

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

    /// <summary>λ: how much the distances count; the paper has 0.5. (Ours; at 5 training comes apart.)</summary>
    public double Lambda { get; init; } = 2;

    /// <summary>β: how much orthogonal weights count.</summary>
    public double Beta { get; init; } = 1e-4;

    /// <summary>Steps that the imitation takes at least, by more epochs where there are few rows; the paper has thousands of rows. (Ours.)</summary>
    public int LeastImitationSteps { get; init; } = 1000;

    /// <summary>Pairs that are drawn at least, where there are few rows. (Ours.)</summary>
    public int LeastPairs { get; init; } = 20_000;

    /// <summary>What takes the steps.</summary>
    public LdphEngine Engine { get; init; }

    /// <summary>Hidden units for each bit; the paper has 1. Codes that are no signs of projections need more. (Ours.)</summary>
    public int HiddenPerBit { get; init; } = 2;

    /// <summary>
    /// Whether d is the Euclidean distance of the features themselves, which is what codes are to tell, and not, as
    /// published, that of the network's scaled inputs, where a direction of little variance counts like any other. (Ours.)
    /// </summary>
    public bool FeatureDistances { get; init; } = true;

    /// <summary>
    /// Share of near neighbours among the pairs of every other round, the first among them; the paper has 0. Random pairs
    /// are far apart and say nothing of the distances that rankings are made of. (Ours.)
    /// </summary>
    public double NearShare { get; init; } = 0.5;

    /// <summary>
    /// After how many of the last epochs of the imitation and of each round the parameters are averaged, since at a
    /// constant rate they never come to rest; 1, as published, takes the last ones. (Ours.)
    /// </summary>
    public int AveragedEpochs { get; init; } = 5;

    /// <summary>
    /// Whether a round that ranks a sample of the rows worse than the best one before it is undone. The paper keeps every
    /// round; distances of all pairs can become more linear while the near ones' order suffers. (Ours.)
    /// </summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>γ: how much evenly used bits count, −γ·mean_k H(q_k) with q_k the batch mean of bit k; 0 leaves it out. (Ours.)</summary>
    public double Gamma { get; init; }
}
