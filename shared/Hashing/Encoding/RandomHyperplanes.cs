using System.Numerics.Tensors;
using Pipeline.Onnx;

namespace Pipeline.Hashing;

/// <summary>
/// Locality-sensitive hashing for the cosine (Charikar, STOC 2002): bit i says on which side of a random hyperplane
/// the feature lies. The same arguments give the same hyperplanes on every host.
/// </summary>
/// <remarks>
/// <para>
/// Normals may be orthogonalised within groups of as many as fit the space (super-bits, Ji et al., NIPS 2012), which
/// makes bits less redundant.
/// </para>
/// <para>
/// Activations are mostly positive, so features lie in a narrow cone and most hyperplanes through the origin do not
/// divide it: those bits are wasted. Given a centre, the normals are made orthogonal to it, so that every hyperplane
/// contains the cone's axis. Only the centre's direction matters, and the encoder stays linear without thresholds;
/// subtracting the centre was no better. (Ours; <see cref="ExpectedEmbedding"/> gives a centre without data.)
/// </para>
/// </remarks>
public sealed class RandomHyperplanes
{
    /// <summary>The seed used unless another is asked for.</summary>
    public const ulong DefaultSeed = 20020519;

    private readonly LinearHash _hash;

    /// <summary>Draws the hyperplanes.</summary>
    /// <param name="dimensions">Length of the features, at least 2.</param>
    /// <param name="bits">16 to 256, a multiple of 8.</param>
    /// <param name="seed">Chooses the hyperplanes.</param>
    /// <param name="centre">A typical feature, of any length but zero; empty: none.</param>
    /// <param name="orthogonal">Whether to orthogonalise.</param>
    /// <exception cref="ArgumentException">An argument is outside its range.</exception>
    public RandomHyperplanes(
        int dimensions, int bits, ulong seed = DefaultSeed, ReadOnlyMemory<float> centre = default, bool orthogonal = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 2);
        if (bits is < 16 or > 256 || bits % 8 != 0)
        {
            throw new ArgumentException($"{bits} bits: a multiple of 8 from 16 to 256 is needed.", nameof(bits));
        }

        double[]? axis = Axis(centre.Span, dimensions);
        int group = orthogonal ? dimensions - (axis is null ? 0 : 1) : 1;
        var normals = new double[bits * dimensions];
        var random = new SplitMix64(seed);
        for (int bit = 0; bit < bits; bit++)
        {
            Span<double> normal = normals.AsSpan(bit * dimensions, dimensions);
            int first = bit / group * group;
            Draw(normal, random, axis, normals.AsSpan(first * dimensions, (bit - first) * dimensions));
        }

        _hash = new LinearHash(normals, [], dimensions);
    }

    /// <summary>The hyperplanes for a backbone, centred on what its weights predict where they predict something.</summary>
    /// <param name="onnxModel">The serialised backbone.</param>
    /// <param name="bits">16 to 256, a multiple of 8.</param>
    /// <param name="seed">Chooses the hyperplanes.</param>
    /// <param name="embeddingOutput">The output that is hashed.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or do not tell the embedding's length.</exception>
    public static RandomHyperplanes ForBackbone(
        ReadOnlyMemory<byte> onnxModel, int bits, ulong seed = DefaultSeed, string embeddingOutput = "embedding")
    {
        float[]? centre = ExpectedEmbedding.Compute(onnxModel, embeddingOutput);
        int dimensions = centre?.Length ?? BackboneArtifact.EmbeddingLength(onnxModel, embeddingOutput)
            ?? throw new InvalidDataException($"The backbone does not declare the length of {embeddingOutput}.");
        return new RandomHyperplanes(dimensions, bits, seed, centre);
    }

    /// <summary>Length of the features.</summary>
    public int Dimensions => _hash.Dimensions;

    /// <summary>Length of the codes in bits.</summary>
    public int Bits => _hash.Bits;

    /// <summary>Builds the ONNX encoder; see <see cref="LinearHash.BuildModel"/>.</summary>
    public byte[] BuildModel() => _hash.BuildModel();

    /// <summary>Encodes one feature in plain C#; see <see cref="LinearHash.Encode"/>.</summary>
    public void Encode(ReadOnlySpan<float> features, Span<byte> code) => _hash.Encode(features, code);

    private static double[]? Axis(ReadOnlySpan<float> centre, int dimensions)
    {
        if (centre.IsEmpty)
        {
            return null;
        }

        var axis = new double[centre.Length];
        TensorPrimitives.ConvertTruncating(centre, axis);
        double norm = Math.Sqrt(Dot(axis, axis));
        if (centre.Length != dimensions || !double.IsFinite(norm) || norm == 0)
        {
            throw new ArgumentException($"The centre must hold {dimensions} finite values, not all zero.", nameof(centre));
        }

        Scale(axis, 1 / norm);
        return axis;
    }

    /// <summary>Draws a unit normal, orthogonal to the axis and to those before it in its group.</summary>
    private static void Draw(Span<double> normal, SplitMix64 random, double[]? axis, ReadOnlySpan<double> before)
    {
        for (int d = 0; d < normal.Length; d++)
        {
            normal[d] = random.NextGaussian();
        }

        // Twice is enough (Kahan): the second pass removes what rounding left of the first.
        for (int pass = 0; pass < 2; pass++)
        {
            if (axis is not null)
            {
                Remove(axis, normal);
            }

            for (int at = 0; at < before.Length; at += normal.Length)
            {
                Remove(before.Slice(at, normal.Length), normal);
            }

            Scale(normal, 1 / Math.Sqrt(Dot(normal, normal)));
        }
    }

    private static void Remove(ReadOnlySpan<double> direction, Span<double> from)
    {
        double share = Dot(direction, from);
        for (int d = 0; d < from.Length; d++)
        {
            from[d] -= share * direction[d];
        }
    }

    private static void Scale(Span<double> vector, double factor)
    {
        for (int d = 0; d < vector.Length; d++)
        {
            vector[d] *= factor;
        }
    }

    // Plain loops in a fixed order: a vectorised sum would differ between processors in its last digit.
    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int d = 0; d < x.Length; d++)
        {
            sum += x[d] * y[d];
        }

        return sum;
    }
}
