namespace Pipeline.Hashing.Learning;

/// <summary>Learns a hash function from features.</summary>
public interface IHashLearner
{
    /// <summary>The method's usual short name, in lower case; <c>itq</c>, say.</summary>
    string Name { get; }

    /// <summary>Trains. Equal rows and seed give equal functions, bit for bit, whatever the number of threads.</summary>
    /// <param name="rows">The features to learn from.</param>
    /// <param name="bits">Length of the codes: a multiple of 8 from 16 to 256.</param>
    /// <param name="seed">Decides whatever is random.</param>
    /// <param name="ct">Ends the training with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="TrainingDataException">The rows cannot be learnt from: too few of them, or too few dimensions that vary.</exception>
    IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default);
}
