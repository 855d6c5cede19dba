namespace Pipeline.Hashing.Learning;

/// <summary>Learns a hash function from features of which some are labelled.</summary>
public interface ISupervisedHashLearner : IHashLearner
{
    /// <summary>Trains. Equal rows, labels and seed give equal functions, bit for bit, whatever the number of threads.</summary>
    /// <param name="rows">The features to learn from.</param>
    /// <param name="labels">One for each row, null for a row without.</param>
    /// <param name="bits">Length of the codes: a multiple of 8 from 16 to 256.</param>
    /// <param name="seed">Decides whatever is random.</param>
    /// <param name="ct">Ends the training with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">There is not one label, or null, for each row.</exception>
    /// <exception cref="TrainingDataException">The rows cannot be learnt from: too few of them, or too few dimensions that vary.</exception>
    IHashFunction Train(FeatureRows rows, IReadOnlyList<int?> labels, int bits, ulong seed, CancellationToken ct = default);
}
