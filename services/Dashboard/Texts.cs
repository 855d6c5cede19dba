using Pipeline.Contracts;

namespace Pipeline.Dashboard;

/// <summary>Every text that a person reads on the pages.</summary>
internal static class Texts
{
    public const string Product = "Pipeline";
    public const string Unknown = "–";
    public const string SkipToContent = "Skip to content";
    public const string Older = "Older";
    public const string Newest = "Newest";
    public const string Never = "never";

    public static class Navigation
    {
        public const string Label = "Pages";
        public const string Pipeline = "Pipeline";
        public const string Failures = "Failures";
        public const string Collections = "Collections";
        public const string Explorer = "Explorer";
        public const string Audit = "Audit log";
        public const string SignOut = "Sign out";
    }

    public static class Access
    {
        public const string Title = "Sign in";
        public const string Key = "API key";
        public const string SignIn = "Sign in";
        public const string Wrong = "This key is not known.";
        public const string TooMany = "Too many attempts. Wait a minute.";
        public const string NotEncrypted = "Keys are taken over HTTPS only, or on this machine.";
        public const string StaleForm = "This form has expired or did not come from this page. Go back, load the page again and repeat.";
        public const string RefusedTitle = "Not allowed";
        public const string Refused = "The role of your key does not allow this.";
        public const string StoreAwayTitle = "The store is away";
        public const string StoreAway = "The state store does not answer. The pipeline's page goes on without it; try this one again in a moment.";
        public const string Everybody = "No keys are configured: whoever can reach this machine's loopback is admin.";

        public static string Role(string role) => role switch
        {
            Hosting.Roles.Admin => "admin",
            Hosting.Roles.Write => "operator",
            _ => "viewer",
        };
    }

    public static class Live
    {
        public const string Title = "Pipeline";
        public const string Lost = "The connection to the dashboard is lost: the figures below are old. Trying again.";
        public const string NoBus = "The dashboard has no connection to the broker: nothing is known about now.";
        public const string Flow = "Flow";
        public const string Endpoints = "Queues and workers";
        public const string Processes = "Processes";
        public const string Rate = "Rate";
        public const string InFlight = "In flight";
        public const string Queued = "Queued";
        public const string Age = "Wait";
        public const string P50 = "p50";
        public const string P95 = "p95";
        public const string Retries = "Retries";
        public const string Rejected = "Rejects";
        public const string Failed = "Failed";
        public const string Retry = "In retry";
        public const string Error = "Errors";
        public const string Quarantine = "Quarantine";
        public const string Endpoint = "Endpoint";
        public const string Stage = "Stage";
        public const string State = "State";
        public const string Workers = "Workers";
        public const string Service = "Service";
        public const string Process = "Process";
        public const string Since = "Since";
        public const string Heard = "Last heard";
        public const string History = "Deliveries a second over the last ten minutes";
        public const string Explanation =
            "Rate: deliveries ended a second, over the last six reports. Wait: the longest time from a message's sending to the beginning of its work in the last seconds. "
            + "p50, p95: time of a delivery with its retries over the last minute, within a tenth. Retries, rejects, failed: over the last ten minutes. "
            + "A dash is what is not known. Queues are the broker's to tell: the in-memory bus does not.";

        public static string StageName(string stage) => stage switch
        {
            Stages.Upload => "Upload",
            Stages.Sift => "SIFT extraction",
            Stages.Cnn => "CNN extraction",
            Stages.Hash => "Hash encoding",
            Stages.Words => "Visual words",
            Stages.Index => "Indexing",
            Stages.Mining => "Neighbour mining",
            Stages.Training => "Model updating",
            _ => stage,
        };

        public static string StateName(global::Pipeline.Dashboard.Live.StageState state) => state switch
        {
            Dashboard.Live.StageState.Down => "down",
            Dashboard.Live.StageState.Paused => "paused",
            Dashboard.Live.StageState.Working => "working",
            Dashboard.Live.StageState.Idle => "idle",
            _ => "unknown",
        };

        public static string Down(bool stopped, string time) => stopped ? $"stopped at {time}" : $"silent since {time}";

        public const string Now = "now";
        public const string Up = "up";
        public const string Ended = "ended";
        public const string Silent = "silent";
        public const string PausedDetail = "waits for a dependency that is away";
    }

    public static class Audit
    {
        public const string Title = "Audit log";
        public const string At = "When (UTC)";
        public const string Who = "Who";
        public const string Action = "Action";
        public const string Target = "Target";
        public const string Outcome = "Outcome";
        public const string From = "From";
        public const string Empty = "Nothing was done yet.";
        public const string Nobody = "nobody";
    }

    public static class Failures
    {
        public const string Title = "Failures";
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
        public const string DiscardAll = "Discard all that match";
        public const string RedriveOne = "Re-drive";
        public const string DiscardOne = "Discard";

        public static string Total(long count) => count == 1 ? "1 failure nobody has dealt with." : $"{Number(count)} failures nobody has dealt with.";

        public static string KindName(string kind) => kind switch
        {
            nameof(Dashboard.Failures.FailureKind.Error) => "failed message",
            nameof(Dashboard.Failures.FailureKind.Quarantine) => "quarantine",
            _ => "rejection",
        };

        public static string Done(string action, int count) => action == "re-drive"
            ? $"{Number(count)} driven again. Rejections cannot be and stay."
            : $"{Number(count)} discarded.";

        private static string Number(long count) => count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
    }

    public static class Collections
    {
        public const string Title = "Collections";
        public const string One = "Collection";
        public const string Back = "All collections";
        public const string Gone = "There is no such collection.";
        public const string Empty = "There is no collection yet.";
        public const string Name = "Collection";
        public const string Indexed = "Indexed";
        public const string Processing = "Processing";
        public const string Rejected = "Rejected";
        public const string Created = "Created (UTC)";
        public const string Generation = "Generation";
        public const string Model = "Model";
        public const string Backbone = "Backbone";
        public const string Encoder = "Hash encoder (bits)";
        public const string Vocabulary = "Vocabulary";
        public const string Next = "Being filled";
        public const string Kept = "Kept to go back to";
        public const string Generations = "Generations";
        public const string State = "State";
        public const string Begun = "Begun (UTC)";
        public const string Served = "Served since (UTC)";
        public const string Verification = "Verification";
        public const string Reason = "Reason";
        public const string Actions = "Actions";
        public const string Lineage = "Lineage of the model";
        public const string NoLineage = "No image was indexed yet.";
        public const string Updates = "Updates of the model";
        public const string NoUpdates = "The model was not updated yet.";
        public const string Encoders = "Trainings of hash encoders";
        public const string Vocabularies = "Trainings of vocabularies";
        public const string NoTrainings = "There was none yet.";
        public const string Method = "Method";
        public const string Artifact = "Artifact";
        public const string Steps = "Steps";
        public const string Learned = "Learned from";
        public const string HeldOut = "Held-out pairs, reciprocal rank";
        public const string KnownPairs = "Known pairs, recall at 1";
        public const string CrossModel = "New features against old ones, recall at 1";
        public const string Why = "Why not";

        public static string Status(Catalog.ImageStatus status) => $"{status} images";

        public static string Coverage(Catalog.Generation? next, Catalog.GenerationProgress? progress) => (next, progress) switch
        {
            (null, _) => "none",
            (_, null) => $"generation {next.Number}, not looked at yet",
            (_, { IsVerifying: true }) => $"generation {next.Number}, being verified",
            _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"generation {next.Number}: {progress.Ready:N0} of {progress.Images:N0} images, ")
                + (progress.SecondsLeft is { } left ? $"{Dashboard.Live.FigureText.Duration(left)} left" : "time left unknown"),
        };

        public static string Figures(Catalog.GenerationFigures? figures) => figures switch
        {
            null => Unknown,
            { Fault: { } fault } => fault,
            _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{figures.Points:N0} points, recall {figures.Recall:0.000} of {figures.Canaries:N0} canaries, {figures.Mended:N0} mended"),
        };

        public static string Verdict(Catalog.ModelUpdate update) => update switch
        {
            { State: not Catalog.TrainingState.Done } => "",
            { Promoted: true } => "· accepted",
            _ => "· rejected",
        };

        public static string Data(Catalog.ModelUpdateData data) => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{data.Learned:N0} pairs of {data.Images:N0} images, {data.HeldOut:N0} held out, {data.Steps:N0} steps");

        public static string Change(double before, double after) =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{before:0.000} → {after:0.000}");

        public static string Curve(string term, IReadOnlyList<float> values) =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{term}: {values[0]:0.###} → {values[^1]:0.###}");

        public static string Action(string action) => action switch
        {
            "re-index" => "Re-index",
            "cancel-re-index" => "Cancel the re-index",
            "roll-back" => "Roll back",
            "update-model" => "Update the model",
            "roll-back-model" => "Roll the model back",
            "train-encoder" => "Train hash encoders",
            "train-vocabulary" => "Train a vocabulary",
            "embed" => "Embed all images anew",
            "repair-neighbours" => "Repair neighbours",
            _ => action,
        };

        public static string Done(string code) => code switch
        {
            "model-changing" => "A model is about to serve the collection; an update can begin after that.",
            Contracts.Queries.RefusalReasons.NoReindex => "There is nothing to re-index, or no re-index to cancel.",
            Contracts.Queries.RefusalReasons.ReindexUnderWay => "Another generation is being filled; a re-index can begin after that.",
            Contracts.Queries.RefusalReasons.NoPreviousGeneration => "No generation is kept to go back to.",
            "no-previous-model" => "There is no model to go back to.",
            _ => $"Asked for: {Action(code).ToLowerInvariant()}.",
        };
    }

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
        public const string Status = "Status";
        public const string Size = "Size";
        public const string Labels = "Labels";

        public static string Pick(long total) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Or pick one of {total:N0} images");

        public static string NameOf(IReadOnlyList<string> externalIds, Guid id) => externalIds.Count > 0 ? externalIds[0] : id.ToString();

        public static string MatchesWith(Guid id) => $"Matches with {id}";

        public static string ModeName(string mode) => mode switch
        {
            Contracts.Queries.SearchModes.Cnn => "CNN",
            Contracts.Queries.SearchModes.Hash => "Hash codes",
            Contracts.Queries.SearchModes.Sift => "Visual words",
            Contracts.Queries.SearchModes.Cie => "Embedded",
            Contracts.Queries.SearchModes.Fused => "Fused",
            _ => mode,
        };

        public static string Refused(string reason, string detail) => $"Not possible: {reason}. {detail}";

        public static string Fault(string message) => $"The search failed: {message}";

        public static string Timings(IReadOnlyDictionary<string, double> timings) =>
            string.Join(", ", timings.Select(step => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{step.Key} {step.Value:0.0} ms")));

        public static string Score(Contracts.Queries.SearchHit hit) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{hit.Score:0.000}")
            + (hit.HammingDistance is { } distance ? $", Hamming {distance}" : "")
            + (hit.Inliers is { } inliers ? $", {inliers} inliers" : "");

        public static string PairName(Dashboard.Explorer.NeighbourOf neighbour) =>
            $"{neighbour.Rank}. {neighbour.Pair ?? "no pair"}{(neighbour.IsVerified ? $", verified by {neighbour.Inliers} inliers" : "")}";

        public static string MatchOf(Contracts.Queries.CandidateVerification match) => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{match.Inliers} matches agree with one view: {(match.Verified ? "the same scene" : "not enough to call it the same scene")}. Shared by the centres: {match.CentralSupport:0.00}.");
    }
}
