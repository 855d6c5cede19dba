using Pipeline.Hashing;
using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Encoding;

public sealed class ExactEncodingTests
{
    public static TheoryData<string, int, int, int, double> Shapes()
    {
        var shapes = new TheoryData<string, int, int, int, double>();
        foreach (string family in HashFunctions.Families)
        {
            shapes.Add(family, 1, 8, 200, 1);
            shapes.Add(family, 2, 16, 3000, 1);
            shapes.Add(family, 7, 24, 3000, 1e-3);
            shapes.Add(family, 33, 136, 2000, 0.1);
            shapes.Add(family, 128, 64, 5000, 256);
            shapes.Add(family, 128, 32, 5000, 1);
            shapes.Add(family, 576, 256, 1000, 0.2);
            shapes.Add(family, 300, 1024, 100, 1);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_model_gives_bit_for_bit_what_plain_code_gives(string family, int dimensions, int bits, int rows, double spread)
    {
        IHashFunction hash = HashFunctions.Make(family, dimensions, bits, seed: dimensions + bits, spread);
        float[] features = HashFunctions.Features(rows * dimensions, seed: 1, spread);
        features.AsSpan(0, dimensions).Clear();

        byte[] codes = HashFunctions.AssertModelAgrees(hash, features);

        Assert.Contains(codes, code => code != codes[0]);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("periodic")]
    [InlineData("ball")]
    [InlineData("network")]
    public void Many_random_functions_agree_with_their_models(string family)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int dimensions = 1 + random.Next(70), bits = 8 * (1 + random.Next(12));
            double spread = Math.Pow(10, (random.NextDouble() * 6) - 3);
            IHashFunction hash = HashFunctions.Make(family, dimensions, bits, seed, spread);
            HashFunctions.AssertModelAgrees(hash, HashFunctions.Features(200 * dimensions, seed, spread));
        }
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("periodic")]
    [InlineData("ball")]
    [InlineData("network")]
    public void Features_on_the_grid_s_own_steps_agree_as_well(string family)
    {
        // Few distinct values and a coarse grid: sums hit borders exactly, again and again.
        var random = new Random(3);
        IHashFunction hash = family switch
        {
            "linear" => new LinearHash([.. Small(64)], [.. Small(16)], 4),
            "periodic" => new PeriodicHash([.. Small(8)], [.. Small(4)], [.. Enumerable.Range(0, 16).Select(i => new Wave(i % 2, i % 3, 0.5 + (i % 4)))], 4),
            "ball" => new BallHash([.. Small(64)], [.. Enumerable.Range(0, 16).Select(i => Math.Sqrt(i))], 4),
            _ => new NetworkHash([.. Small(8)], [.. Small(2)], [.. Small(32)], new double[16], 4),
        };
        float[] features = [.. Small(4 * 20_000).Select(value => (float)value)];

        HashFunctions.AssertModelAgrees(hash, features);

        IEnumerable<double> Small(int count) => Enumerable.Range(0, count).Select(_ => (double)random.Next(-3, 4));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("periodic")]
    [InlineData("ball")]
    [InlineData("network")]
    public void Equal_functions_give_equal_bytes(string family)
    {
        byte[] model = HashFunctions.Make(family, 20, 32, seed: 1).BuildModel();
        Assert.Equal(model, HashFunctions.Make(family, 20, 32, seed: 1).BuildModel());
        Assert.NotEqual(model, HashFunctions.Make(family, 20, 32, seed: 2).BuildModel());
    }

    [Theory]
    [InlineData("linear", "b814aedea322", "7e1716797eab")]
    [InlineData("periodic", "a974cbdecab2", "168ba0725ffd")]
    [InlineData("ball", "11b3ddd85996", "93517adf0c49")]
    [InlineData("network", "1a4489855e3e", "c4fefee19423")]
    public void Functions_and_codes_are_these_on_every_processor(string family, string model, string codes)
    {
        IHashFunction hash = HashFunctions.Make(family, 50, 64, seed: 9);
        byte[] encoded = HashFunctions.Encode(hash, HashFunctions.Features(50 * 300, seed: 9));
        Assert.Equal((model, codes), (ModelFiles.Sha256(hash.BuildModel())[..12], ModelFiles.Sha256(encoded)[..12]));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("periodic")]
    [InlineData("ball")]
    [InlineData("network")]
    public void Encoding_allocates_nothing(string family)
    {
        IHashFunction hash = HashFunctions.Make(family, 128, 64, seed: 1);
        float[] features = HashFunctions.Features(128, seed: 1);
        var code = new byte[8];
        hash.Encode(features, code);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            hash.Encode(features, code);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("periodic")]
    [InlineData("ball")]
    [InlineData("network")]
    public void Refuses_lengths_that_do_not_fit(string family)
    {
        IHashFunction hash = HashFunctions.Make(family, 20, 32, seed: 1);
        Assert.Throws<ArgumentException>(() => hash.Encode(new float[19], new byte[4]));
        Assert.Throws<ArgumentException>(() => hash.Encode(new float[20], new byte[5]));
    }
}
