using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Learning.Synthesis;

namespace Pipeline.Learning.Phases;

/// <summary>Where an update stands: what its earlier phases made, the phase it is in, and the checkpoint of that.</summary>
/// <remarks>
/// Stored little-endian: magic <c>UPCK</c>, int32 version 1, the phase's name, the specialist, int32 number of inputs, int32 values of one, for each input
/// its int32 class and its float16 values, the phase's checkpoint, SHA-256 of all before. A name and a byte sequence come after their int32
/// length; −1 is the length, or the number, of what there is not.
/// </remarks>
/// <param name="Phase">Its name.</param>
/// <param name="Products">What the phases before it made.</param>
/// <param name="State">The phase's own checkpoint.</param>
internal sealed record UpdateCheckpoint(string Phase, PhaseProducts Products, byte[] State)
{
    private const int Version = 1;
    private const int Nothing = -1;

    private static ReadOnlySpan<byte> Magic => "UPCK"u8;

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            WriteBytes(writer, Encoding.UTF8.GetBytes(Phase));
            WriteBytes(writer, Products.Specialist);
            WriteInputs(writer, Products.Inputs);
            WriteBytes(writer, State);
        }

        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or no checkpoint of an update.</exception>
    public static UpdateCheckpoint Read(ReadOnlySpan<byte> stored)
    {
        var length = stored.Length - SHA256.HashSizeInBytes;
        if (length < Magic.Length + sizeof(int) || !stored.StartsWith(Magic) || MemoryMarshal.Read<int>(stored[Magic.Length..]) != Version)
        {
            throw new InvalidDataException("These bytes are no checkpoint of an update.");
        }

        if (!SHA256.HashData(stored[..length]).AsSpan().SequenceEqual(stored[length..]))
        {
            throw new InvalidDataException("The checkpoint of the update is damaged: its SHA-256 differs.");
        }

        using var reader = new BinaryReader(new MemoryStream(stored[(Magic.Length + sizeof(int))..length].ToArray()), Encoding.UTF8);
        var phase = ReadBytes(reader) ?? throw new InvalidDataException("The checkpoint of the update names no phase.");
        var products = new PhaseProducts(ReadBytes(reader), ReadInputs(reader));
        return new UpdateCheckpoint(Encoding.UTF8.GetString(phase), products, ReadBytes(reader) ?? []);
    }

    private static void WriteBytes(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? Nothing);
        writer.Write(bytes ?? []);
    }

    private static byte[]? ReadBytes(BinaryReader reader) => reader.ReadInt32() is >= 0 and var length ? reader.ReadBytes(length) : null;

    private static void WriteInputs(BinaryWriter writer, SynthesisedInputs? inputs)
    {
        writer.Write(inputs?.Count ?? Nothing);
        if (inputs is null)
        {
            return;
        }

        writer.Write(inputs.Count == 0 ? 0 : inputs.Trunks[0].Length);
        for (var i = 0; i < inputs.Count; i++)
        {
            writer.Write(inputs.ClassOf[i]);
            writer.Write(MemoryMarshal.AsBytes(inputs.Trunks[i].Span));
        }
    }

    private static SynthesisedInputs? ReadInputs(BinaryReader reader)
    {
        if (reader.ReadInt32() is not (>= 0 and var count))
        {
            return null;
        }

        var length = reader.ReadInt32();
        var trunks = new ReadOnlyMemory<Half>[count];
        var classOf = new int[count];
        for (var i = 0; i < count; i++)
        {
            classOf[i] = reader.ReadInt32();
            trunks[i] = MemoryMarshal.Cast<byte, Half>(reader.ReadBytes(length * sizeof(ushort))).ToArray();
        }

        return new SynthesisedInputs(trunks, classOf);
    }
}
