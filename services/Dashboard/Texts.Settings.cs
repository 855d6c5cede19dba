using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of the page of a collection's settings.</summary>
    public static class Settings
    {
        public const string Back = "Back to the collection";
        public const string Link = "Settings";
        public const string Explanation = "What the collection wants otherwise than the services are configured. An empty field is as configured. Limits hold for uploads from now on; what is over a new limit already stays.";
        public const string AsConfigured = "as configured";
        public const string Save = "Save";
        public const string Saved = "Saved.";
        public const string ChangedMeanwhile = "Somebody changed the settings since this page was loaded. Load it again, and repeat.";
        public const string NoAnswer = "The service that keeps collections did not answer in time. Nothing is known to have changed.";

        public static IReadOnlyList<(string Value, string Text)> Choices { get; } = [("", AsConfigured), ("true", "yes"), ("false", "no")];

        public static string Title(string collection) => $"Settings of {collection}";

        public static string Label(string field) => field switch
        {
            "limits.maxImages" => "Most images",
            "limits.maxBytes" => "Most bytes of a file",
            "limits.maxPixels" => "Most pixels of a picture",
            "limits.maxLabels" => "Most labels of an image",
            "limits.maxExternalIds" => "Most external ids of an image",
            "retention.days" => "Delete images after (days)",
            "model.automatic" => "Update the model by itself",
            "encoder.automatic" => "Train hash encoders by itself",
            "encoder.bits" => "Bits of a hash code",
            "encoder.methods" => "Hash methods to compare",
            "encoder.version" => "Hash encoder to begin with",
            "vocabulary.automatic" => "Train the vocabulary by itself",
            "vocabulary.words" => "Words of a vocabulary",
            "vocabulary.version" => "Vocabulary to begin with",
            _ => field,
        };

        public static string Hint(string field) => field switch
        {
            "limits.maxPixels" => "Width × height.",
            "retention.days" => string.Create(CultureInfo.InvariantCulture, $"1 to {CollectionSettingsRules.MostDays:N0}, by the upload's timestamp or else the upload."),
            "encoder.bits" => $"A multiple of 8 from {CollectionSettingsRules.LeastBits} to {CollectionSettingsRules.MostBits}.",
            "encoder.methods" => "Separated by commas.",
            "encoder.version" => "An artifact, hash-…",
            "vocabulary.words" => string.Create(CultureInfo.InvariantCulture, $"1 to {CollectionSettingsRules.MostWords:N0}."),
            "vocabulary.version" => "An artifact, words-…",
            "model.automatic" => "After enough new pairs.",
            "encoder.automatic" or "vocabulary.automatic" => "Once there are enough images.",
            _ => "",
        };
    }
}
