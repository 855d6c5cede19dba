using System.Buffers.Binary;
using System.Text;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using static Pipeline.Catalog.NeighbourhoodFormat;

namespace Pipeline.Catalog;

/// <summary>Reads the parts of a stored neighbourhood from the front. Every method throws <see cref="InvalidDataException"/> where there is something else.</summary>
internal ref struct NeighbourhoodReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Ticks of UTC; null for 0.</summary>
    public DateTimeOffset? Time() => Int64() switch
    {
        0 => null,
        var ticks when ticks > 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks => new DateTimeOffset(ticks, TimeSpan.Zero),
        _ => throw new InvalidDataException("A neighbourhood with a time that cannot be."),
    };

    public string? String() => UInt16() is var length && length == Null ? null : Encoding.UTF8.GetString(Take(length));

    public SpaceNeighbourhood Space()
    {
        var revision = Int64();
        var nearest = new NearImage[Length(GuidSize + sizeof(double))];
        for (var i = 0; i < nearest.Length; i++)
        {
            nearest[i] = new NearImage(Guid(), Double());
        }

        return new SpaceNeighbourhood { Revision = revision, Nearest = nearest };
    }

    public PairCheck[] Checks()
    {
        var checks = new PairCheck[Length(GuidSize + 1 + sizeof(int) + sizeof(double))];
        for (var i = 0; i < checks.Length; i++)
        {
            checks[i] = new PairCheck(Guid(), Flag(), Int32(), Double());
        }

        return checks;
    }

    public IReadOnlyList<MinedPair>? Pairs(IReadOnlyList<MinedPair>? asBefore)
    {
        if (IsNoList(asBefore is not null, out var isBefore))
        {
            return isBefore ? asBefore : null;
        }

        var pairs = new MinedPair[Length(GuidSize + 2 + (3 * sizeof(int)) + sizeof(double))];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new MinedPair
            {
                OtherId = Guid(), Kind = Kind(), Verified = Flag(), CnnRank = Rank(), SiftRank = Rank(), Inliers = Int32(), CentralSupport = Double(),
            };
        }

        return pairs;
    }

    public IReadOnlyList<Guid>? Guids(IReadOnlyList<Guid>? asBefore)
    {
        if (IsNoList(asBefore is not null, out var isBefore))
        {
            return isBefore ? asBefore : null;
        }

        var ids = new Guid[Length(GuidSize)];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = Guid();
        }

        return ids;
    }

    private bool IsNoList(bool mayBeAsBefore, out bool isBefore)
    {
        var length = _rest.Length < sizeof(ushort) ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        isBefore = mayBeAsBefore && length == AsBefore;
        if (!isBefore && length != Null)
        {
            return false;
        }

        _ = Take(sizeof(ushort));
        return true;
    }

    /// <summary>The length of a list; one that the bytes cannot hold is not believed.</summary>
    private int Length(int entrySize) => UInt16() is var length && length * entrySize <= _rest.Length
        ? length
        : throw new InvalidDataException($"A neighbourhood whose list of {length} entries is cut off.");

    private Guid Guid() => new(Take(GuidSize));

    private double Double() => BitConverter.Int64BitsToDouble(Int64());

    private bool Flag() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"A neighbourhood with {other} for a truth value."),
    };

    private string Kind() => Take(1)[0] is var kind && kind < Kinds.Length
        ? Kinds[kind]
        : throw new InvalidDataException($"A neighbourhood with a pair of the unknown kind {kind}.");

    private int? Rank() => Int32() is var rank && rank > 0 ? rank : null;

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new InvalidDataException("A neighbourhood that is cut off.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
