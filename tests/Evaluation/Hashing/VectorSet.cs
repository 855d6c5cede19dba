using System.Runtime.InteropServices;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Features that are searched and trained on, features to search for, and which of the base are right for each query.</summary>
/// <param name="Base">What is searched and trained on.</param>
/// <param name="Queries">What is searched for.</param>
/// <param name="Relevant">For each query the rows of the base that are right.</param>
/// <param name="Labels">For each row of the base its class; null: there are none.</param>
internal sealed record VectorSet(
    FeatureRows Base, FeatureRows Queries, IReadOnlyList<IReadOnlySet<int>> Relevant, IReadOnlyList<int?>? Labels = null)
{
    /// <summary>Reads base.bvecs, query.bvecs and groundtruth.ivecs, whose numbers are the nearest of each query.</summary>
    public static VectorSet FromVectors(string folder)
    {
        var rows = ReadBytes(Path.Combine(folder, "base.bvecs"));
        var queries = ReadBytes(Path.Combine(folder, "query.bvecs"));
        var truth = ReadNumbers(Path.Combine(folder, "groundtruth.ivecs"));
        if (rows.Dimensions != queries.Dimensions || truth.Length != queries.Count || truth.Any(set => set.Any(row => row < 0 || row >= rows.Count)))
        {
            throw new InvalidDataException($"{folder}: base, queries and ground truth do not belong together.");
        }

        return new VectorSet(rows, queries, truth);
    }

    private static FeatureRows ReadBytes(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var width = Width(path, bytes, sizeof(byte));
        var values = new float[bytes.Length / (width + sizeof(int)) * width];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = bytes[(i / width * (width + sizeof(int))) + sizeof(int) + (i % width)];
        }

        return new FeatureRows(values, width);
    }

    private static IReadOnlySet<int>[] ReadNumbers(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var width = Width(path, bytes, sizeof(int));
        return [.. MemoryMarshal.Cast<byte, int>(bytes).ToArray().Chunk(width + 1).Select(row => row.Skip(1).ToHashSet())];
    }

    /// <summary>Each row begins with its number of values, little endian.</summary>
    private static int Width(string path, byte[] bytes, int valueSize)
    {
        var width = bytes.Length < sizeof(int) ? 0 : BitConverter.ToInt32(bytes);
        return width > 0 && bytes.Length % ((width * valueSize) + sizeof(int)) == 0
            ? width
            : throw new InvalidDataException($"{path} does not hold rows of one length.");
    }
}
