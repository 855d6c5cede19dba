using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Dashboard.Collections;

/// <summary>One setting of a collection as a field of a form; empty is as configured.</summary>
/// <param name="Name">Its name, as the API has it.</param>
/// <param name="Kind">What is entered.</param>
/// <param name="Read">What the settings say, as text; null for as configured.</param>
/// <param name="Write">The settings with another text, which is not empty or null; throws <see cref="FormatException"/> where it cannot be read.</param>
public sealed record SettingField(
    string Name, SettingKind Kind, Func<CollectionSettings, string?> Read, Func<CollectionSettings, string?, CollectionSettings> Write)
{
    /// <summary>All of them, in the order of the form.</summary>
    public static IReadOnlyList<SettingField> All { get; } =
    [
        Number("limits.maxImages", s => s.Limits.MaxImages, (s, v) => s with { Limits = s.Limits with { MaxImages = v } }),
        Number("limits.maxBytes", s => s.Limits.MaxBytes, (s, v) => s with { Limits = s.Limits with { MaxBytes = v } }),
        Number("limits.maxPixels", s => s.Limits.MaxPixels, (s, v) => s with { Limits = s.Limits with { MaxPixels = v } }),
        Number("limits.maxLabels", s => s.Limits.MaxLabels, (s, v) => s with { Limits = s.Limits with { MaxLabels = Small(v) } }),
        Number("limits.maxExternalIds", s => s.Limits.MaxExternalIds, (s, v) => s with { Limits = s.Limits with { MaxExternalIds = Small(v) } }),
        Number("retention.days", s => s.Retention.Days, (s, v) => s with { Retention = s.Retention with { Days = Small(v) } }),
        Choice("model.automatic", s => s.Model.Automatic, (s, v) => s with { Model = s.Model with { Automatic = v } }),
        Choice("encoder.automatic", s => s.Encoder.Automatic, (s, v) => s with { Encoder = s.Encoder with { Automatic = v } }),
        Number("encoder.bits", s => s.Encoder.Bits, (s, v) => s with { Encoder = s.Encoder with { Bits = Small(v) } }),
        new("encoder.methods", SettingKind.Text, s => s.Encoder.Methods is { } methods ? string.Join(", ", methods) : null, (s, v) => s with { Encoder = s.Encoder with { Methods = v?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) } }),
        new("encoder.version", SettingKind.Text, s => s.Encoder.Version, (s, v) => s with { Encoder = s.Encoder with { Version = v } }),
        Choice("vocabulary.automatic", s => s.Vocabulary.Automatic, (s, v) => s with { Vocabulary = s.Vocabulary with { Automatic = v } }),
        Number("vocabulary.words", s => s.Vocabulary.Words, (s, v) => s with { Vocabulary = s.Vocabulary with { Words = Small(v) } }),
        new("vocabulary.version", SettingKind.Text, s => s.Vocabulary.Version, (s, v) => s with { Vocabulary = s.Vocabulary with { Version = v } }),
    ];

    /// <summary>The settings that a form says.</summary>
    /// <param name="form">A field's text by its name; one that is absent is as configured.</param>
    /// <exception cref="FormatException">A number is none; the message names the field.</exception>
    public static CollectionSettings Parse(IReadOnlyDictionary<string, string?> form)
    {
        ArgumentNullException.ThrowIfNull(form);
        var settings = new CollectionSettings();
        foreach (var field in All)
        {
            var text = form.GetValueOrDefault(field.Name)?.Trim();
            try
            {
                settings = field.Write(settings, string.IsNullOrEmpty(text) ? null : text);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new FormatException($"{field.Name} cannot be '{text}'.", e);
            }
        }

        return settings;
    }

    private static SettingField Number(string name, Func<CollectionSettings, long?> read, Func<CollectionSettings, long?, CollectionSettings> write) => new(
        name,
        SettingKind.Number,
        settings => read(settings)?.ToString(CultureInfo.InvariantCulture),
        (settings, text) => write(settings, text is null ? null : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)));

    private static SettingField Choice(string name, Func<CollectionSettings, bool?> read, Func<CollectionSettings, bool?, CollectionSettings> write) => new(
        name,
        SettingKind.Choice,
        settings => read(settings) switch { true => "true", false => "false", null => null },
        (settings, text) => write(settings, text is null ? null : bool.Parse(text)));

    private static int? Small(long? value) => value is null ? null : checked((int)value.Value);
}

/// <summary>What is entered in a field.</summary>
public enum SettingKind
{
    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Yes, no, or as configured.</summary>
    Choice,
}
