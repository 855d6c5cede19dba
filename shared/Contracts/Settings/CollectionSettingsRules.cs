using System.Text.RegularExpressions;

namespace Pipeline.Contracts;

/// <summary>What a collection's settings may be: the one rule that every door to the pipeline applies.</summary>
public static partial class CollectionSettingsRules
{
    /// <summary>Fewest bits of a code.</summary>
    public const int LeastBits = 16;

    /// <summary>Most bits of a code.</summary>
    public const int MostBits = 256;

    /// <summary>Most methods that one training compares.</summary>
    public const int MostMethods = 64;

    /// <summary>Most words of a vocabulary.</summary>
    public const int MostWords = 1_000_000;

    /// <summary>Longest retention in days: a hundred years.</summary>
    public const int MostDays = 36_500;

    /// <summary>What is wrong with the settings, or null.</summary>
    public static string? Check(CollectionSettings? settings)
    {
        // A lenient JSON reader leaves null where the caller wrote it.
        if (settings is not { Encoder: { } encoder, Vocabulary: { } vocabulary, Model: not null, Limits: { } limits, Retention: { } retention })
        {
            return "encoder, vocabulary, model, limits and retention must not be null.";
        }

        return encoder.Bits is { } bits && (bits is < LeastBits or > MostBits || bits % 8 != 0) ? $"encoder.bits must be a multiple of 8 from {LeastBits} to {MostBits}."
            : encoder.Version is { } code && !IsVersion(code, "hash") ? "encoder.version must name an artifact hash-…."
            : encoder.Methods is { } methods && (methods.Count is 0 or > MostMethods || methods.Any(string.IsNullOrWhiteSpace)) ? $"encoder.methods must be 1 to {MostMethods} names."
            : vocabulary.Version is { } words && !IsVersion(words, "words") ? "vocabulary.version must name an artifact words-…."
            : vocabulary.Words is < 1 or > MostWords ? $"vocabulary.words must be 1 to {MostWords}."
            : limits.MaxImages < 1 ? "limits.maxImages must be at least 1."
            : limits.MaxBytes < 1 ? "limits.maxBytes must be at least 1."
            : limits.MaxPixels < 1 ? "limits.maxPixels must be at least 1."
            : limits.MaxLabels < 0 ? "limits.maxLabels must be at least 0."
            : limits.MaxExternalIds < 1 ? "limits.maxExternalIds must be at least 1."
            : retention.Days is < 1 or > MostDays ? $"retention.days must be 1 to {MostDays}."
            : null;
    }

    private static bool IsVersion(string version, string kind) => VersionPattern().Match(version) is { Success: true } match && match.Groups[1].ValueSpan.SequenceEqual(kind);

    [GeneratedRegex("^([a-z]+)-[0-9a-f]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();
}
