using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Pipeline.Neighbours.Words.ByteProducts;

namespace Pipeline.Neighbours.Words;

/// <content>The comparison of descriptors with a group's blocks.</content>
internal sealed unsafe partial class CentroidGroups
{
    private static void Compare<TDot>(byte* rows, int count, sbyte* blocks, int* norms, int first, int end, long* found)
        where TDot : IDot
    {
        if (count == Rows)
        {
            CompareFour<TDot>(rows, blocks, norms, first, end, found);
            return;
        }

        for (var r = 0; r < count; r++)
        {
            CompareOne<TDot>(rows + (r * Size), blocks, norms, first, end, found + (r * Lanes));
        }
    }

    private static void CompareFour<TDot>(byte* rows, sbyte* blocks, int* norms, int first, int end, long* found)
        where TDot : IDot
    {
        Vector256<int> d0 = Vector256.Create(int.MaxValue), d1 = d0, d2 = d0, d3 = d0;
        Vector256<int> i0 = default, i1 = default, i2 = default, i3 = default;
        var block = first;

        // Two blocks at once: eight independent sums hide the instruction's latency.
        for (; block + 1 < end; block += 2)
        {
            var column = blocks + (block * BlockSize);
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
            for (var k = 0; k < Size; k += 4)
            {
                var left = Vector256.Load(column + (k * Lanes));
                var right = Vector256.Load(column + BlockSize + (k * Lanes));
                var row = Broadcast(rows + k);
                s0 = TDot.Add(s0, row, left);
                t0 = TDot.Add(t0, row, right);
                row = Broadcast(rows + Size + k);
                s1 = TDot.Add(s1, row, left);
                t1 = TDot.Add(t1, row, right);
                row = Broadcast(rows + (2 * Size) + k);
                s2 = TDot.Add(s2, row, left);
                t2 = TDot.Add(t2, row, right);
                row = Broadcast(rows + (3 * Size) + k);
                s3 = TDot.Add(s3, row, left);
                t3 = TDot.Add(t3, row, right);
            }

            Keep(ref d0, ref i0, norms, block, s0);
            Keep(ref d1, ref i1, norms, block, s1);
            Keep(ref d2, ref i2, norms, block, s2);
            Keep(ref d3, ref i3, norms, block, s3);
            Keep(ref d0, ref i0, norms, block + 1, t0);
            Keep(ref d1, ref i1, norms, block + 1, t1);
            Keep(ref d2, ref i2, norms, block + 1, t2);
            Keep(ref d3, ref i3, norms, block + 1, t3);
        }

        for (; block < end; block++)
        {
            var column = blocks + (block * BlockSize);
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default;
            for (var k = 0; k < Size; k += 4)
            {
                var centroids = Vector256.Load(column + (k * Lanes));
                s0 = TDot.Add(s0, Broadcast(rows + k), centroids);
                s1 = TDot.Add(s1, Broadcast(rows + Size + k), centroids);
                s2 = TDot.Add(s2, Broadcast(rows + (2 * Size) + k), centroids);
                s3 = TDot.Add(s3, Broadcast(rows + (3 * Size) + k), centroids);
            }

            Keep(ref d0, ref i0, norms, block, s0);
            Keep(ref d1, ref i1, norms, block, s1);
            Keep(ref d2, ref i2, norms, block, s2);
            Keep(ref d3, ref i3, norms, block, s3);
        }

        Store(d0, i0, found);
        Store(d1, i1, found + Lanes);
        Store(d2, i2, found + (2 * Lanes));
        Store(d3, i3, found + (3 * Lanes));
    }

    private static void CompareOne<TDot>(byte* row, sbyte* blocks, int* norms, int first, int end, long* found)
        where TDot : IDot
    {
        var distances = Vector256.Create(int.MaxValue);
        Vector256<int> indices = default;
        for (var block = first; block < end; block++)
        {
            var column = blocks + (block * BlockSize);
            Vector256<int> a = default, b = default, c = default, d = default;
            for (var k = 0; k < Size; k += 16)
            {
                a = TDot.Add(a, Broadcast(row + k), Vector256.Load(column + (k * Lanes)));
                b = TDot.Add(b, Broadcast(row + k + 4), Vector256.Load(column + ((k + 4) * Lanes)));
                c = TDot.Add(c, Broadcast(row + k + 8), Vector256.Load(column + ((k + 8) * Lanes)));
                d = TDot.Add(d, Broadcast(row + k + 12), Vector256.Load(column + ((k + 12) * Lanes)));
            }

            Keep(ref distances, ref indices, norms, block, a + b + (c + d));
        }

        Store(distances, indices, found);
    }

    private static void CompareScalar(byte* row, sbyte* blocks, int* norms, int first, int end, long* found)
    {
        new Span<long>(found, Lanes).Fill(long.MaxValue);
        for (var place = first * Lanes; place < end * Lanes; place++)
        {
            var column = blocks + (place / Lanes * BlockSize) + (place % Lanes * 4);
            var sum = 0;
            for (var k = 0; k < Size; k++)
            {
                sum += row[k] * column[(k / 4 * Lanes * 4) + (k % 4)];
            }

            found[place % Lanes] = Math.Min(found[place % Lanes], Key(norms[place] - (2 * sum), place));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Broadcast(byte* four) => Vector256.Create(*(int*)four).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(ref Vector256<int> distances, ref Vector256<int> indices, int* norms, int block, Vector256<int> sum)
    {
        var found = Vector256.Load(norms + (block * Lanes)) - (sum + sum);
        indices = Vector256.ConditionalSelect(Vector256.LessThan(found, distances), Vector256.Create(block), indices);
        distances = Vector256.Min(distances, found);
    }

    private static void Store(Vector256<int> distances, Vector256<int> blocks, long* found)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            found[lane] = Key(distances[lane], (blocks[lane] * Lanes) + lane);
        }
    }

    /// <summary>Orders by distance, then by place.</summary>
    private static long Key(int distance, int place) => ((long)distance << 32) + place;
}
