using System.Numerics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>One word at a time, for any processor.</summary>
internal readonly unsafe struct WordLanes64 : IWordLanes
{
    public static int Words => 1;

    public static uint Within(ulong* words, ulong query, int limit) => BitOperations.PopCount(*words ^ query) <= limit ? 1u : 0;

    public static uint Beyond(ulong* words, ulong query, ReadOnlySpan<ulong> masks, int least, int oneMore)
    {
        var difference = *words ^ query;
        var beyond = true;
        var asking = least > 0 ? masks.Length : oneMore;
        for (var m = 0; m < asking; m++)
        {
            beyond &= BitOperations.PopCount(difference & masks[m]) >= least + (m < oneMore ? 1 : 0);
        }

        return beyond ? 1u : 0;
    }
}
