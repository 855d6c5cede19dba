namespace Pipeline.Neighbours.Words;

/// <summary>An image as weights of visual words: a sparse vector of Euclidean length 1, or without entries.</summary>
/// <param name="Indices">Visual words, strictly ascending.</param>
/// <param name="Values">Their weights, positive.</param>
public sealed record WordVector(uint[] Indices, float[] Values)
{
    /// <summary>Cosine similarity of two images, 0 … 1, summed in ascending order of the words in double precision, as the index does.</summary>
    public double Dot(WordVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        double sum = 0;
        for (int i = 0, j = 0; i < Indices.Length && j < other.Indices.Length;)
        {
            if (Indices[i] == other.Indices[j])
            {
                sum += (double)Values[i++] * other.Values[j++];
            }
            else if (Indices[i] < other.Indices[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return sum;
    }
}
