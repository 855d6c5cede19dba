using System.Text;

namespace Pipeline.Tests.Unit.Onnx;

/// <summary>Writes GGUF files, sound ones and damaged ones.</summary>
internal sealed class GgufBytes 
{
    private readonly List<byte> _pairs = [];
    private readonly List<byte> _headers = [];
    private readonly List<byte> _data = [];
    private ulong _pairCount;
    private ulong _tensorCount;

    public GgufBytes Pair(string key, uint type, byte[] value)
    {
        Write(_pairs, Text(key), BitConverter.GetBytes(type), value);
        _pairCount++;
        return this;
    }

    public GgufBytes Tensor(string name, ulong[] fileOrderShape, uint type, byte[] data, ulong? offset = null)
    {
        ulong at = offset ?? (ulong)_data.Count;
        Write(_headers, Text(name), BitConverter.GetBytes((uint)fileOrderShape.Length));
        Write(_headers, [.. fileOrderShape.Select(BitConverter.GetBytes)]);
        Write(_headers, BitConverter.GetBytes(type), BitConverter.GetBytes(at));
        Write(_data, data, new byte[(32 - (data.Length % 32)) % 32]);
        _tensorCount++;
        return this;
    }

    public byte[] ToArray(uint version = 3)
    {
        var file = new List<byte>();
        Write(file, "GGUF"u8.ToArray(), BitConverter.GetBytes(version), BitConverter.GetBytes(_tensorCount), BitConverter.GetBytes(_pairCount));
        Write(file, [.. _pairs], [.. _headers]);
        Write(file, new byte[(32 - (file.Count % 32)) % 32], [.. _data]);
        return [.. file];
    }

    public static byte[] Text(string text) => [.. BitConverter.GetBytes((ulong)text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static void Write(List<byte> target, params byte[][] parts)
    {
        foreach (byte[] part in parts)
        {
            target.AddRange(part);
        }
    }
}
