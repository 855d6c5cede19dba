using System.Text;
using Pipeline.Contracts.Events;

namespace Pipeline.Contracts;

/// <summary>
/// What an upload's external id and labels may be: the one rule that every door to the pipeline applies, so that what one
/// accepts is not rejected behind it.
/// </summary>
public static class UploadRules
{
    /// <summary>Longest external id, in UTF-16 characters.</summary>
    public const int MaxExternalIdLength = 512;

    /// <summary>Most labels of one upload.</summary>
    public const int MaxLabels = 64;

    /// <summary>Longest label, in UTF-16 characters.</summary>
    public const int MaxLabelLength = 128;

    /// <summary>What is wrong with the names that an upload gives its image, or null.</summary>
    public static string? Check(ImageUploaded upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        if (upload.ExternalId is { } externalId && !IsName(externalId, MaxExternalIdLength))
        {
            return $"externalId must have 1 to {MaxExternalIdLength} characters and no control characters.";
        }

        // A lenient JSON reader leaves null where the publisher wrote it.
        return upload.Labels is { Count: <= MaxLabels } labels && labels.All(label => label is not null && IsName(label, MaxLabelLength))
            ? null
            : $"labels must be at most {MaxLabels}, each of 1 to {MaxLabelLength} characters and no control characters.";
    }

    /// <summary>Halves of surrogate pairs are no text: no store and no encoding would give them back.</summary>
    private static bool IsName(string text, int maxLength)
    {
        if (text.Length is 0 || text.Length > maxLength)
        {
            return false;
        }

        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done || Rune.IsControl(rune))
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
