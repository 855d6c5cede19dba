using Pipeline.VectorIndex.Hamming;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Binary codes.</summary>
internal sealed class CodeColumn(CodeSpace space) : SpaceColumn(space)
{
    /// <summary>The codes.</summary>
    public BitPlanes Codes { get; } = new(space.Bits);

    protected override void Store(int row, VectorValue value) => Codes.Write(row, ((BinaryCode)value).Bytes);

    protected override VectorValue Fetch(int row)
    {
        var code = new byte[space.ByteLength];
        Codes.Read(row, code);
        return new BinaryCode(code);
    }
}
