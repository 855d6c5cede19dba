using System.Buffers;
using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Audit;

/// <summary>Writes a place in a sorted set into an address, and reads it from there.</summary>
internal static class SortedCursor
{
    private static readonly SearchValues<char> MemberCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-");

    public static string Format(ScoredMember member) => string.Create(CultureInfo.InvariantCulture, $"{(long)member.Score}-{member.Member}");

    /// <summary>The place; null for none, and for what is no cursor: a page asked for by a damaged address begins at the start.</summary>
    public static ScoredMember? Parse(string? cursor)
    {
        var dash = cursor?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        return dash > 0 && dash < cursor!.Length - 1 && cursor.Length < 200
            && long.TryParse(cursor.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var score)
            && cursor.AsSpan(dash + 1).ContainsAnyExcept(MemberCharacters) is false
            ? new ScoredMember(cursor[(dash + 1)..], score)
            : null;
    }
}
