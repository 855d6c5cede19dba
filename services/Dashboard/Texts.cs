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
}
