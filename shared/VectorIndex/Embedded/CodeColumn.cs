using System.Numerics;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Binary codes.</summary>
internal sealed class CodeColumn : SpaceColumn
{
    private readonly CodeSpace _space;

    public CodeColumn(CodeSpace space)
        : base(space)
    {
        _space = space;
        Codes = new BitPlanes(space.Bits);
        Tables = new CodeTables(this);
    }

    /// <summary>The codes.</summary>
    public BitPlanes Codes { get; }

    /// <summary>Finds codes within a radius, where there are many.</summary>
    public CodeTables Tables { get; }

    /// <summary>The rows that have a code, ascending, as they are at the moment.</summary>
    public IEnumerable<int> PresentRows()
    {
        for (var chunk = 0; chunk < Present.Length; chunk++)
        {
            var words = Present.Find(chunk);
            for (var w = 0; w < words?.Length; w++)
            {
                for (var rows = Volatile.Read(ref words[w]); rows != 0; rows &= rows - 1)
                {
                    yield return (chunk * Rows.PerChunk) + (w * Rows.PerWord) + BitOperations.TrailingZeroCount(rows);
                }
            }
        }
    }

    protected override void Store(int row, VectorValue value) => Codes.Write(row, ((BinaryCode)value).Bytes);

    protected override void Stored(int row) => Tables.Add(row);

    protected override void Forgotten(IReadOnlySet<int> rows) => Tables.Remove(rows);

    protected override VectorValue Fetch(int row)
    {
        var code = new byte[_space.ByteLength];
        Codes.Read(row, code);
        return new BinaryCode(code);
    }
}
