using System.Buffers;

namespace Pipeline.Storage;

/// <summary>The rule for blob keys; it also keeps every key inside the root folder.</summary>
public static class BlobKey
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>Longest segment, in characters; file systems allow 255.</summary>
    public const int MaxSegmentLength = 200;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether the key is well formed.</summary>
    public static bool IsValid(string? key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > MaxLength)
        {
            return false;
        }

        foreach (var range in key.AsSpan().Split('/'))
        {
            var segment = key.AsSpan(range);
            if (segment.IsEmpty || segment.Length > MaxSegmentLength || segment is "." or ".." || segment.ContainsAnyExcept(Allowed))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the key if it is well formed.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string Validate(string? key, string? parameterName = null) =>
        IsValid(key) ? key! : throw new ArgumentException($"'{key}' is no valid blob key.", parameterName ?? nameof(key));

    /// <summary>Whether it may be the beginning of a key: empty, or a valid key, or one with a slash behind.</summary>
    internal static bool IsValidPrefix(string prefix) =>
        prefix.Length == 0 || IsValid(prefix.EndsWith('/') ? prefix[..^1] : prefix);
}
