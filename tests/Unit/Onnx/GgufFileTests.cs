using Pipeline.Onnx.Gguf;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class GgufFileTests
{
    private static readonly byte[] Sound = new GgufBytes()
        .Pair("name", 8, GgufBytes.Text("small"))
        .Pair("list", 9, [.. BitConverter.GetBytes(4u), .. BitConverter.GetBytes(2UL), 1, 0, 0, 0, 2, 0, 0, 0])
        .Tensor("half", [2, 3], 1, [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((Half)(i / 4f)))])
        .Tensor("single", [2], 0, [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)])
        .ToArray();

    [Fact]
    public void Reads_metadata_and_tensors()
    {
        GgufFile file = GgufFile.Parse(Sound);

        Assert.Equal("small", file.Metadata["name"]);
        Assert.Equal([1u, 2u], Assert.IsType<object[]>(file.Metadata["list"]));
        Assert.Equal([3, 2], file.Tensors["half"].Shape);
        Assert.Equal([0, 0.25f, 0.5f, 0.75f, 1, 1.25f], file.Tensors["half"].ToArray());
        Assert.Equal([1.5f, -2], file.Require("single", 2).ToArray());
    }

    [Fact]
    public void Rejects_a_file_cut_anywhere()
    {
        // The last tensor's padding is not part of it: 24 bytes may be missing.
        for (int length = 0; length < Sound.Length - 24; length++)
        {
            Assert.Throws<InvalidDataException>(() => GgufFile.Parse(Sound.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Fails_only_with_InvalidDataException_on_damaged_bytes()
    {
        var random = new Random(1);
        int rejected = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. Sound];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                _ = GgufFile.Parse(damaged);
            }
            catch (InvalidDataException)
            {
                rejected++;
            }
        }

        Assert.InRange(rejected, 1000, 4999);
    }

    [Fact]
    public void Rejects_a_tensor_beyond_the_end() => AssertRejected(
        new GgufBytes().Tensor("t", [64], 0, new byte[16]).ToArray(), "beyond the end");

    [Fact]
    public void Rejects_a_shape_whose_size_overflows() => AssertRejected(
        new GgufBytes().Tensor("t", [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue], 0, new byte[16]).ToArray(), "beyond the end");

    [Fact]
    public void Rejects_an_offset_that_overflows() => AssertRejected(
        new GgufBytes().Tensor("t", [1], 0, new byte[4], ulong.MaxValue - 31).ToArray(), "beyond the end");

    [Fact]
    public void Rejects_an_unaligned_offset() => AssertRejected(
        new GgufBytes().Tensor("t", [1], 0, new byte[64], 4).ToArray(), "aligned");

    [Fact]
    public void Rejects_quantised_tensors() => AssertRejected(
        new GgufBytes().Tensor("t", [32], 2, new byte[64]).ToArray(), "element type 2");

    [Fact]
    public void Rejects_the_same_name_twice() => AssertRejected(
        new GgufBytes().Tensor("t", [1], 0, new byte[4]).Tensor("t", [1], 0, new byte[4]).ToArray(), "twice");

    [Fact]
    public void Rejects_another_version() => AssertRejected(new GgufBytes().ToArray(version: 1), "version 1");

    [Fact]
    public void Rejects_a_tensor_of_another_shape()
    {
        var error = Assert.Throws<InvalidDataException>(() => GgufFile.Parse(Sound).Require("half", 2, 3));
        Assert.Contains("[3, 2]", error.Message, StringComparison.Ordinal);
    }

    private static void AssertRejected(byte[] file, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => GgufFile.Parse(file));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
