using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Onnx.Training;

/// <summary>
/// The stored form of a training session, little-endian: magic <c>TRCK</c>, int32 version 1, int64 steps, the optimiser's
/// kind, int32 number of parameters, for each its name, int32 rank and int64 sizes, int32 number of vectors, the vectors
/// (parameters, then the optimiser's) as float32, SHA-256 of all before. Texts are UTF-8 after their int32 length.
/// </summary>
internal static class TrainingCheckpoint
{
    private const int Version = 1;

    public static byte[] Write(TrainingModel model, long steps, float[][] vectors)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            WriteHeader(writer, model, steps, vectors.Length);
            foreach (float[] vector in vectors)
            {
                writer.Write(MemoryMarshal.AsBytes<float>(vector));
            }
        }

        ReadOnlySpan<byte> content = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        stream.Write(SHA256.HashData(content));
        return stream.ToArray();
    }

    public static (long Steps, float[][] Vectors) Read(TrainingModel model, ReadOnlySpan<byte> checkpoint)
    {
        int length = checkpoint.Length - SHA256.HashSizeInBytes;
        if (length < "TRCK"u8.Length + sizeof(int) + sizeof(long) || !checkpoint.StartsWith("TRCK"u8))
        {
            throw new InvalidDataException("These bytes are no training checkpoint.");
        }

        int version = MemoryMarshal.Read<int>(checkpoint[4..]);
        if (version != Version)
        {
            throw new InvalidDataException($"The training checkpoint is of version {version}; {Version} is read.");
        }

        if (!SHA256.HashData(checkpoint[..length]).AsSpan().SequenceEqual(checkpoint[length..]))
        {
            throw new InvalidDataException("The training checkpoint is damaged: its SHA-256 differs.");
        }

        // Whatever belongs to this model begins with the very bytes that the model's own checkpoint would begin with.
        long steps = MemoryMarshal.Read<long>(checkpoint[8..]);
        var vectors = new float[1 + model.Optimiser.Moments][];
        byte[] header = Header(model, steps, vectors.Length);
        int bytes = model.Length * sizeof(float);
        if (steps < 0 || !checkpoint.StartsWith(header) || length != header.Length + ((long)bytes * vectors.Length))
        {
            throw new InvalidDataException("The training checkpoint is of other parameters or of another optimiser.");
        }

        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = MemoryMarshal.Cast<byte, float>(checkpoint.Slice(header.Length + (i * bytes), bytes)).ToArray();
        }

        return (steps, vectors);
    }

    private static byte[] Header(TrainingModel model, long steps, int vectors)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            WriteHeader(writer, model, steps, vectors);
        }

        return stream.ToArray();
    }

    private static void WriteHeader(BinaryWriter writer, TrainingModel model, long steps, int vectors)
    {
        writer.Write("TRCK"u8);
        writer.Write(Version);
        writer.Write(steps);
        WriteText(writer, model.Optimiser.Kind);
        writer.Write(model.Parameters.Count);
        foreach (TrainingParameter parameter in model.Parameters)
        {
            WriteText(writer, parameter.Name);
            writer.Write(parameter.Shape.Count);
            foreach (long size in parameter.Shape)
            {
                writer.Write(size);
            }
        }

        writer.Write(vectors);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }
}
