using Pipeline.VectorIndex.Hamming;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

/// <summary>Whatever is added and removed, every index answers as brute force does.</summary>
public class HammingIndexTests
{
    private static readonly Dictionary<string, Func<int, IHammingIndex>> Kinds = new()
    {
        ["flat"] = bits => new FlatHammingIndex(bits),
        ["multi"] = bits => new MultiHammingIndex(bits),
        ["multi that never gives up"] = bits => new MultiHammingIndex(bits) { Patience = double.PositiveInfinity },
        ["multi that gives up midway"] = bits => new MultiHammingIndex(bits, tables: (bits + 15) / 16) { Patience = 5 },
        ["multi of few long tables"] = bits => new MultiHammingIndex(bits, tables: (bits + 19) / 20) { Patience = 1000 },
        ["multi of many short tables"] = bits => new MultiHammingIndex(bits, tables: (bits + 4) / 5) { Patience = double.PositiveInfinity },
    };

    public static IEnumerable<object[]> KindsAndLengths =>
        from kind in Kinds.Keys from bits in Codes.Lengths select new object[] { kind, bits };

    public static TheoryData<string> AllKinds => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(KindsAndLengths))]
    public void Agrees_with_brute_force_while_codes_come_and_go(string kind, int bits)
    {
        var random = new Random(bits);
        var index = Kinds[kind](bits);
        var model = new SortedDictionary<int, byte[]>();
        var codes = Codes.Clustered(random, bits, 600);
        foreach (var code in codes)
        {
            var id = index.Add(code);
            Assert.True(model.TryAdd(id, code), "an id was given twice");
            if (random.Next(3) == 0)
            {
                var gone = random.Next(model.Keys.Max() + 2);
                Assert.Equal(model.Remove(gone), index.Remove(gone));
            }

            if (random.Next(25) == 0)
            {
                Compare(index, model, Query(random, codes, bits), random);
            }
        }

        Assert.Equal(model.Count, index.Count);
        foreach (var id in model.Keys.ToList())
        {
            Assert.True(index.Remove(id));
            Assert.False(index.Remove(id));
        }

        Assert.Empty(index.Search(codes[0], 5));
        Assert.Empty(index.SearchRadius(codes[0], bits));
        Assert.Equal(0, index.Count);
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Many_equal_codes_are_found_by_ascending_id(string kind)
    {
        var index = Kinds[kind](64);
        byte[] code = [1, 2, 3, 4, 5, 6, 7, 8], other = [1, 2, 3, 4, 5, 6, 7, 9];
        for (var i = 0; i < 3000; i++)
        {
            index.Add(i % 3 == 0 ? other : code);
        }

        index.Remove(1);
        Assert.Equal([2, 4, 5, 7], index.Search(code, 4).Select(hit => hit.Id));
        Assert.Equal([0, 3, 6, 9], index.Search(other, 4).Select(hit => hit.Id));
        Assert.Equal(1999, index.SearchRadius(code, 0).Length);
        Assert.Equal(2999, index.Search(code, 100_000).Length);
        Assert.Equal((0, 1), (index.Search(code, 2000)[^1].Id, index.Search(code, 2000)[^1].Distance));
        Assert.Equal(1, index.Add(code)); // its number is free again
        Assert.Equal([1, 2, 4, 5], index.Search(code, 4).Select(hit => hit.Id));
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Lists_of_equal_codes_of_every_length_lose_and_gain_ids(string kind)
    {
        var index = Kinds[kind](16);
        var random = new Random(9);
        var ids = new Dictionary<int, SortedSet<int>>();
        for (var turn = 0; turn < 4000; turn++)
        {
            var (value, grows) = (random.Next(6), random.NextDouble() < (turn < 2500 ? 0.8 : 0.2));
            byte[] code = [(byte)value, 7];
            var present = ids.TryGetValue(value, out var found) ? found : ids[value] = [];
            if (grows)
            {
                Assert.True(present.Add(index.Add(code)));
            }
            else if (present.Count > 0)
            {
                var gone = present.ElementAt(random.Next(present.Count));
                Assert.True(index.Remove(gone));
                present.Remove(gone);
            }

            if (turn % 50 == 0)
            {
                Assert.Equal(present, index.SearchRadius(code, 0).Select(hit => hit.Id));
                Assert.Equal(present.Take(3), index.Search(code, 3).Where(hit => hit.Distance == 0).Select(hit => hit.Id));
            }
        }

        Assert.Equal(ids.Values.Sum(list => list.Count), index.Count);
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Says_what_is_wrong_with_its_arguments(string kind)
    {
        var index = Kinds[kind](64);
        index.Add(new byte[8]);
        Assert.Throws<ArgumentException>(() => index.Add(new byte[7]));
        Assert.Throws<ArgumentException>(() => index.Search(new byte[9], 1));
        Assert.ThrowsAny<ArgumentException>(() => index.Search(new byte[8], 0));
        Assert.ThrowsAny<ArgumentException>(() => index.SearchRadius(new byte[8], -1));
        Assert.Throws<ArgumentException>(() => index.SearchRadius(new byte[1], 1));
        Assert.False(index.Remove(-1));
        Assert.False(index.Remove(1));
        Assert.Equal(1, index.Count);
        foreach (var bits in (int[])[0, -8, 12, 65_544])
        {
            Assert.ThrowsAny<ArgumentException>(() => Kinds[kind](bits));
        }
    }

    [Fact]
    public void Large_indexes_answer_alike_on_any_number_of_threads_and_by_any_way()
    {
        const int Bits = 256;
        var random = new Random(3);
        var codes = Codes.Clustered(random, Bits, 150_000);
        IHammingIndex[] indexes =
        [
            new FlatHammingIndex(Bits, 1), new FlatHammingIndex(Bits, 2), new FlatHammingIndex(Bits, 5),
            new MultiHammingIndex(Bits, 3), new MultiHammingIndex(Bits) { Patience = 100 },
        ];
        foreach (var code in codes)
        {
            Assert.Single(indexes.Select(index => index.Add(code)).Distinct());
        }

        byte[][] queries = [.. Enumerable.Range(0, 7).Select(_ => Query(random, codes, Bits))];
        var together = ((FlatHammingIndex)indexes[1]).SearchAll([.. queries.SelectMany(query => query)], 40);
        Assert.Equal(queries.Length, together.Length);
        for (var q = 0; q < queries.Length; q++)
        {
            var ranked = codes.Select((code, id) => new HammingHit(id, Codes.Distance(code, queries[q])))
                .OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id).ToList();
            Assert.Equal(ranked.Take(40), together[q]);
            foreach (var index in indexes)
            {
                Assert.Equal(ranked.Take(40), index.Search(queries[q], 40));
                Assert.Equal(ranked.TakeWhile(hit => hit.Distance <= 9), index.SearchRadius(queries[q], 9));
            }
        }
    }

    [Fact]
    public void Several_queries_at_once_need_whole_codes_and_may_be_none()
    {
        var index = new FlatHammingIndex(64);
        Assert.Empty(index.SearchAll([], 3));
        Assert.Equal([[]], index.SearchAll(new byte[8], 3));
        Assert.Throws<ArgumentException>(() => index.SearchAll(new byte[12], 3));
    }

    [Fact]
    public void Tables_follow_the_number_of_codes()
    {
        var random = new Random(5);
        var index = new MultiHammingIndex(64);
        var before = index.Tables;
        for (var i = 0; i < 20_000; i++)
        {
            index.Add(Codes.Random(random, 64));
        }

        Assert.Equal((8, 6), (before, index.Tables));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(64)]
    public void Codes_that_are_cut_in_a_learned_order_are_found_and_removed_as_before(int bits)
    {
        var random = new Random(bits);
        var (flat, multi) = (new FlatHammingIndex(bits), new MultiHammingIndex(bits) { Patience = double.PositiveInfinity });
        var before = multi.Tables;
        var codes = Codes.Clustered(random, bits, 20_000);
        foreach (var code in codes)
        {
            code[1] = code[0]; // bits that vary together
            Assert.Equal(flat.Add(code), multi.Add(code));
        }

        Assert.NotEqual(before, multi.Tables);
        for (var turn = 0; turn < 40; turn++)
        {
            var gone = random.Next(codes.Length);
            Assert.Equal(flat.Remove(gone), multi.Remove(gone));
            var again = codes[random.Next(codes.Length)];
            Assert.Equal(flat.Add(again), multi.Add(again));
            var query = Query(random, codes, bits);
            Assert.Equal(flat.SearchRadius(query, turn % 12), multi.SearchRadius(query, turn % 12));
            Assert.Equal(flat.Search(query, 1 + turn), multi.Search(query, 1 + turn));
        }
    }

    [Fact]
    public void Codes_that_differ_in_more_bits_than_a_short_number_counts_are_found_as_well()
    {
        const int Bits = 40_000;
        var random = new Random(9);
        var (flat, multi) = (new FlatHammingIndex(Bits), new MultiHammingIndex(Bits) { Patience = double.PositiveInfinity });
        byte[][] codes = [.. Enumerable.Range(0, 12).Select(_ => Codes.Random(random, Bits))];
        codes[1] = [.. codes[0].Select(value => (byte)~value)];
        foreach (var code in codes)
        {
            Assert.Equal(flat.Add(code), multi.Add(code));
        }

        foreach (var radius in (int[])[0, 19_900, 32_768, 40_000])
        {
            Assert.Equal(flat.SearchRadius(codes[0], radius), multi.SearchRadius(codes[0], radius));
        }

        Assert.Equal(flat.Search(codes[0], 12), multi.Search(codes[0], 12));
        Assert.Equal(new HammingHit(1, Bits), multi.SearchRadius(codes[0], Bits)[^1]);
    }

    private static void Compare(IHammingIndex index, SortedDictionary<int, byte[]> model, byte[] query, Random random)
    {
        var ranked = model.Select(entry => new HammingHit(entry.Key, Codes.Distance(entry.Value, query)))
            .OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id).ToList();
        int[] radii = [0, 1, random.Next(index.Bits), index.Bits, index.Bits + 7];
        foreach (var radius in radii)
        {
            Assert.Equal(ranked.TakeWhile(hit => hit.Distance <= radius), index.SearchRadius(query, radius));
        }

        int[] limits = [1, random.Next(1, 40), model.Count + 5];
        foreach (var limit in limits)
        {
            Assert.Equal(ranked.Take(limit), index.Search(query, limit));
        }
    }

    private static byte[] Query(Random random, byte[][] codes, int bits) => random.Next(4) switch
    {
        0 => Codes.Random(random, bits),
        var flips => Codes.Near(random, codes[random.Next(codes.Length)], flips - 1),
    };
}
