using System.Buffers;
using System.Text;

namespace Pipeline.Storage;

/// <summary>
/// Names a record, a set, a sorted set or a counter. The four kinds have separate name spaces: a record and a set of the
/// same key do not touch each other.
/// </summary>
/// <param name="Table">1–200 characters of <c>[A-Za-z0-9._/-]</c>.</param>
/// <param name="Id">1–512 characters of well-formed Unicode without NUL; ordered by code point (UTF-8 bytes).</param>
public readonly record struct StateKey(string Table, string Id)
{
    /// <summary>Longest table name, in characters.</summary>
    public const int MaxTableLength = 200;

    /// <summary>Longest id, and longest member of a set, in characters.</summary>
    public const int MaxIdLength = 512;

    private static readonly SearchValues<char> TableCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-");

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    internal StateKey Validated()
    {
        ValidateTable(Table);
        ValidateText(Id, nameof(Id));
        return this;
    }

    internal static void ValidateTable(string? table)
    {
        if (string.IsNullOrEmpty(table) || table.Length > MaxTableLength || table.AsSpan().ContainsAnyExcept(TableCharacters))
        {
            throw new ArgumentException($"'{table}' is no valid table name.", nameof(table));
        }
    }

    internal static void ValidateText(string? text, string parameterName)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxIdLength || text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{text}' must have 1 to {MaxIdLength} characters, none of them NUL.", parameterName);
        }

        // A lone surrogate would be stored as another character, and two ids would become one.
        // The encoder's exception is an ArgumentException already.
        _ = StrictUtf8.GetByteCount(text);
    }
}
