using System.Globalization;
using Pipeline.Dashboard.Failures;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of the page of failures.</summary>
    public static class Failures
    {
        public const string Title = "Failures";
        public const string Tab = "Failed for good";
        public const string One = "Failure";
        public const string Back = "All failures";
        public const string Gone = "This failure was dealt with.";
        public const string Kind = "Kind";
        public const string Stage = "Stage";
        public const string Reason = "Reason";
        public const string Collection = "Collection";
        public const string Since = "Since (UTC)";
        public const string Any = "any";
        public const string Filter = "Filter";
        public const string Empty = "No failure matches.";
        public const string Select = "Select";
        public const string Picture = "Picture";
        public const string At = "When (UTC)";
        public const string Detail = "What";
        public const string Type = "Message type";
        public const string Image = "Image";
        public const string Correlation = "Correlation id";
        public const string Stack = "Stack";
        public const string Message = "Message";
        public const string RedriveSelected = "Re-drive selected";
        public const string DiscardSelected = "Discard selected";
        public const string RedriveAll = "Re-drive all that match";
        public const string DiscardAll = "Discard all that match …";
        public const string DiscardAllForGood = "Discard all of them for good";
        public const string RedriveOne = "Re-drive";
        public const string DiscardOne = "Discard";

        public static string Total(long count) => count == 1 ? "1 failure nobody has dealt with." : $"{Number(count)} failures nobody has dealt with.";

        public static string KindName(string kind) => kind switch
        {
            nameof(FailureKind.Error) => "failed message",
            nameof(FailureKind.Quarantine) => "quarantine",
            _ => "rejection",
        };

        public static string Done(string action, int count) => action == "re-drive"
            ? $"{Number(count)} driven again. Rejections cannot be and stay."
            : $"{Number(count)} discarded.";

        private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
    }
}
