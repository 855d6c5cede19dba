using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Dashboard.Explorer;
using Pipeline.Dashboard.Live;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of the search page.</summary>
    public static class Explorer
    {
        public const string Title = "Explorer";
        public const string Drop = "Drop a picture anywhere on this page, or choose one";
        public const string Tenant = "Tenant";
        public const string Verify = "Verify by geometry";
        public const string VerifyLink = "Verify these by geometry";
        public const string Search = "Search";
        public const string Searching = "Searching …";
        public const string Failed = "The search failed.";
        public const string Yours = "The picture you chose";
        public const string Empty = "No image is indexed yet.";
        public const string Back = "All images";
        public const string BackToImage = "Back to the image";
        public const string Found = "Found by mode";
        public const string Neighbours = "Neighbours";
        public const string Unmined = "The image was not mined yet.";
        public const string NoNeighbours = "It has none in this space.";
        public const string ByCnn = "By CNN embedding";
        public const string BySift = "By visual words";
        public const string Reciprocal = "reciprocal";
        public const string OneWay = "one way";
        public const string Matches = "matches";
        public const string MatchTitle = "Geometric matches";
        public const string NoAnswer = "The service that answers this did not answer in time.";
        public const string NoPicture = "Choose a picture of at most 33 MiB.";
        public const string NoTenant = "This is no name of a tenant.";
        public const string Status = "Status";
        public const string Size = "Size";
        public const string Labels = "Labels";

        public const string NearDuplicates = "Near-duplicates";
        public const string NearDuplicatesNote = "What geometry takes for the same, and what somebody judged. A verdict counts above geometry, in search, in mining and in what models learn from.";
        public const string NoNearDuplicates = "There are none.";
        public const string ByVerdict = ", by verdict";
        public const string YourVerdict = "Do both show the same?";

        public static string Say(string verdict) => verdict switch
        {
            PairVerdicts.Same => "Same",
            PairVerdicts.NotSame => "Not the same",
            _ => "Withdraw",
        };

        public static string VerdictOf(PairVerdict verdict) =>
            $"{(verdict.Verdict == PairVerdicts.Same ? "the same" : "not the same")}, said {verdict.By} on {FigureText.DateAndTime(verdict.At)}";

        public static string ByGeometry(int? inliers) =>
            inliers is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} inliers") : "geometry was not asked";

        public static string Done(string code) => code switch
        {
            "refused" => "This verdict cannot be noted: an image has gone, or has as many verdicts as it can have.",
            "asked" => "Asked for: it is noted as soon as the Indexing service answers.",
            PairVerdicts.Withdrawn => "The verdict is withdrawn: geometry decides again.",
            PairVerdicts.Same => "Noted: the same.",
            _ => "Noted: not the same.",
        };

        public static string Pick(long total) => string.Create(CultureInfo.InvariantCulture, $"Or pick one of {total:N0} images");

        public static string NameOf(IReadOnlyList<string> externalIds, Guid id) => externalIds.Count > 0 ? externalIds[0] : id.ToString();

        public static string MatchesWith(Guid id) => $"Matches with {id}";

        public static string ModeName(string mode) => mode switch
        {
            SearchModes.Cnn => "CNN",
            SearchModes.Hash => "Hash codes",
            SearchModes.Sift => "Visual words",
            SearchModes.Cie => "Embedded",
            SearchModes.Fused => "Fused",
            _ => mode,
        };

        public static string Refused(string reason, string detail) => $"Not possible: {reason}. {detail}";

        public static string Fault(string message) => $"It failed: {message}";

        public static string Timings(IReadOnlyDictionary<string, double> timings) =>
            string.Join(", ", timings.OrderBy(step => step.Key == "total").Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Key} {step.Value:0.0} ms")));

        public static string Score(SearchHit hit) => string.Create(CultureInfo.InvariantCulture, $"{hit.Score:0.000}")
            + (hit.HammingDistance is { } distance ? $", Hamming {distance}" : "")
            + (hit.Inliers is { } inliers ? $", {inliers} inliers" : "");

        public static string PairName(NeighbourOf neighbour) =>
            $"{neighbour.Rank}. {neighbour.Pair ?? "no pair"}{(!neighbour.IsVerified ? "" : neighbour.Inliers > 0 ? $", verified by {neighbour.Inliers} inliers" : ", verified by a person")}";

        public static string MatchOf(CandidateVerification match) => string.Create(
            CultureInfo.InvariantCulture,
            $"{match.Inliers} matches agree with one view: {(match.Verified ? "the same scene" : "not enough to call it the same scene")}. Shared by the centres: {match.CentralSupport:0.00}.");
    }
}
