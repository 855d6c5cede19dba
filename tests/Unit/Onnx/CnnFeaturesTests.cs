using FsCheck;
using FsCheck.Fluent;
using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class CnnFeaturesTests
{
    private static readonly CnnFeatures Sample = new(
        new float[] { 0.6f, 0.8f }, new Half[] { (Half)1, (Half)2, (Half)3, (Half)4, (Half)5, (Half)6 }, [2, 1, 3]);

    [Fact]
    public void Survives_storage()
    {
        CnnFeatures read = CnnFeatures.Parse(Sample.Serialize());

        Assert.Equal(Sample.Embedding.ToArray(), read.Embedding.ToArray());
        Assert.Equal(Sample.Trunk.ToArray(), read.Trunk.ToArray());
        Assert.Equal(Sample.TrunkShape, read.TrunkShape);
        Assert.Equal([0.6f, 0.8f], CnnFeatures.ReadEmbedding(Sample.Serialize()));
    }

    [Fact]
    public void The_stored_form_stays_readable() => Assert.Equal(
        "434E4E4601000300020000000200000001000000030000009A99193FCDCC4C3F003C00400042004400450046",
        Convert.ToHexString(Sample.Serialize()));

    [Fact]
    public void A_backbone_without_trunk_stores_the_embedding_alone()
    {
        CnnFeatures read = CnnFeatures.Parse(new CnnFeatures(new float[] { 1 }, ReadOnlyMemory<Half>.Empty, []).Serialize());

        Assert.Equal([1f], read.Embedding.ToArray());
        Assert.True(read.Trunk.IsEmpty);
    }

    [Fact]
    public void Rejects_features_cut_short_or_too_long()
    {
        byte[] bytes = Sample.Serialize();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => CnnFeatures.Parse(bytes.AsSpan(0, length)));
            Assert.Throws<InvalidDataException>(() => CnnFeatures.ReadEmbedding(bytes.AsSpan(0, length)));
        }

        Assert.Throws<InvalidDataException>(() => CnnFeatures.Parse([.. bytes, 0]));
    }

    [Fact]
    public void Rejects_an_embedding_that_is_not_finite()
    {
        byte[] bytes = Sample.Serialize();
        BitConverter.TryWriteBytes(bytes.AsSpan(24), float.NaN);
        Assert.Throws<InvalidDataException>(() => CnnFeatures.Parse(bytes));
        Assert.Throws<InvalidDataException>(() => CnnFeatures.ReadEmbedding(bytes));
    }

    [Fact]
    public void Fails_only_with_InvalidDataException_on_any_bytes() => Prop.ForAll<byte[]>(tail =>
    {
        foreach (byte[] bytes in new[] { tail, [.. Sample.Serialize().AsSpan(0, 8), .. tail] })
        {
            try
            {
                _ = CnnFeatures.Parse(bytes);
            }
            catch (InvalidDataException)
            {
                // What damaged bytes must lead to; anything else fails the property.
            }
        }
    }).QuickCheckThrowOnFailure();
}
