using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Pipeline.Contracts.Events;

namespace Pipeline.Catalog;

/// <summary>
/// How a neighbourhood is stored: an arriving image changes dozens, so they are written as numbers, a tenth of their size in JSON.
/// </summary>
/// <remarks>
/// <c>NBHD</c>, uint16 format version 1, uint16 0; then the properties in the order of <see cref="Serialize"/>. All numbers little-endian, a
/// Guid as its 16 bytes in memory, a string as UTF-8 behind a uint16 of its length (0xFFFF: null), a list behind a uint16 of its length. A list
/// that is as another one is stored as 0xFFFE, null as 0xFFFF.
/// </remarks>
public static class NeighbourhoodFormat
{
    private const uint Magic = 0x4448424E;
    private const ushort FormatVersion = 1;
    internal const ushort Null = 0xFFFF;
    internal const ushort AsBefore = 0xFFFE;
    internal const int GuidSize = 16;
    private const int UsualSize = 2048;

    internal static readonly string[] Kinds = [PairKinds.Confirmed, PairKinds.Complementary, PairKinds.CnnOnly];

    /// <summary>Writes all but the image's id, which is the key of the record.</summary>
    /// <exception cref="ArgumentException">A list or a string is too long, or a pair of an unknown kind.</exception>
    public static ReadOnlyMemory<byte> Serialize(Neighbourhood neighbourhood)
    {
        ArgumentNullException.ThrowIfNull(neighbourhood);
        var writer = new ArrayBufferWriter<byte>(UsualSize);
        Write(writer, Magic);
        Write(writer, FormatVersion);
        Write(writer, (ushort)0);
        Write(writer, neighbourhood.Tenant);
        Write(writer, neighbourhood.Incarnation);
        Write(writer, neighbourhood.Sequence);
        Write(writer, neighbourhood.ModelVersion);
        Write(writer, neighbourhood.VocabularyVersion);
        Write(writer, neighbourhood.EmbeddedModel);
        Write(writer, neighbourhood.EmbeddedFor?.UtcTicks ?? 0);
        Write(writer, neighbourhood.Cnn);
        Write(writer, neighbourhood.Sift);
        Write(writer, neighbourhood.Checks, Write);
        Write(writer, neighbourhood.Pairs, Write);
        if (neighbourhood.PublishedPairs.SequenceEqual(neighbourhood.Pairs))
        {
            Write(writer, AsBefore);
        }
        else
        {
            Write(writer, neighbourhood.PublishedPairs, Write);
        }

        Write(writer, neighbourhood.PerhapsPublished, Write);
        Write(writer, neighbourhood.Pulls, Write);
        if (neighbourhood.EmbeddedPulls is not { } embedded)
        {
            Write(writer, Null);
        }
        else if (embedded.SequenceEqual(neighbourhood.Pulls))
        {
            Write(writer, AsBefore);
        }
        else
        {
            Write(writer, embedded, Write);
        }

        return writer.WrittenMemory;
    }

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="bytes">All of it, and nothing behind.</param>
    /// <exception cref="InvalidDataException">The bytes are something else, of an unknown version or cut off.</exception>
    public static Neighbourhood Parse(Guid imageId, ReadOnlySpan<byte> bytes)
    {
        var reader = new NeighbourhoodReader(bytes);
        if (bytes.Length < 8 || reader.UInt32() != Magic)
        {
            throw new InvalidDataException("This is no neighbourhood.");
        }

        if (reader.UInt16() is var version && (version != FormatVersion || reader.UInt16() != 0))
        {
            throw new InvalidDataException($"A neighbourhood of format {version}; {FormatVersion} is read.");
        }

        var neighbourhood = new Neighbourhood
        {
            ImageId = imageId,
            Tenant = reader.String() ?? throw new InvalidDataException("A neighbourhood without a tenant."),
            Incarnation = reader.Int32(),
            Sequence = reader.Int64(),
            ModelVersion = reader.String(),
            VocabularyVersion = reader.String(),
            EmbeddedModel = reader.String(),
            EmbeddedFor = reader.Time(),
            Cnn = reader.Space(),
            Sift = reader.Space(),
            Checks = reader.Checks(),
        };
        var pairs = reader.Pairs(asBefore: null);
        var published = reader.Pairs(asBefore: pairs);
        var perhaps = reader.Guids(asBefore: null);
        var pulls = reader.Guids(asBefore: null);
        neighbourhood = neighbourhood with
        {
            Pairs = pairs ?? [],
            PublishedPairs = published ?? [],
            PerhapsPublished = perhaps ?? [],
            Pulls = pulls ?? [],
            EmbeddedPulls = reader.Guids(asBefore: pulls),
        };
        return reader.IsAtEnd ? neighbourhood : throw new InvalidDataException("There is something behind a neighbourhood.");
    }

    private static void Write(ArrayBufferWriter<byte> writer, SpaceNeighbourhood space)
    {
        Write(writer, space.Revision);
        Write(writer, space.Nearest, static (to, near) =>
        {
            Write(to, near.ImageId);
            Write(to, near.Similarity);
        });
    }

    private static void Write(ArrayBufferWriter<byte> writer, PairCheck check)
    {
        Write(writer, check.OtherId);
        Write(writer, check.Verified ? (byte)1 : (byte)0);
        Write(writer, check.Inliers);
        Write(writer, check.CentralSupport);
    }

    private static void Write(ArrayBufferWriter<byte> writer, MinedPair pair)
    {
        var kind = Array.IndexOf(Kinds, pair.Kind);
        if (kind < 0)
        {
            throw new ArgumentException($"There is no kind of pairs '{pair.Kind}'.");
        }

        Write(writer, pair.OtherId);
        Write(writer, (byte)kind);
        Write(writer, pair.Verified ? (byte)1 : (byte)0);
        Write(writer, pair.CnnRank ?? 0);
        Write(writer, pair.SiftRank ?? 0);
        Write(writer, pair.Inliers);
        Write(writer, pair.CentralSupport);
    }

    private static void Write<T>(ArrayBufferWriter<byte> writer, IReadOnlyList<T> list, Action<ArrayBufferWriter<byte>, T> write)
    {
        if (list.Count >= AsBefore)
        {
            throw new ArgumentException($"A list of {list.Count} entries is too long for a neighbourhood.");
        }

        Write(writer, (ushort)list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            write(writer, list[i]);
        }
    }

    private static void Write(ArrayBufferWriter<byte> writer, string? text)
    {
        if (text is null)
        {
            Write(writer, Null);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        if (length >= Null)
        {
            throw new ArgumentException("A string is too long for a neighbourhood.");
        }

        Write(writer, (ushort)length);
        writer.Advance(Encoding.UTF8.GetBytes(text, writer.GetSpan(length)));
    }

    private static void Write(ArrayBufferWriter<byte> writer, Guid id)
    {
        id.TryWriteBytes(writer.GetSpan(GuidSize));
        writer.Advance(GuidSize);
    }

    private static void Write(ArrayBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    private static void Write(ArrayBufferWriter<byte> writer, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(writer.GetSpan(sizeof(ushort)), value);
        writer.Advance(sizeof(ushort));
    }

    private static void Write(ArrayBufferWriter<byte> writer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), value);
        writer.Advance(sizeof(uint));
    }

    private static void Write(ArrayBufferWriter<byte> writer, int value) => Write(writer, (uint)value);

    private static void Write(ArrayBufferWriter<byte> writer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(sizeof(long)), value);
        writer.Advance(sizeof(long));
    }

    private static void Write(ArrayBufferWriter<byte> writer, double value) => Write(writer, BitConverter.DoubleToInt64Bits(value));
}
