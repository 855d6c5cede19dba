using Pipeline.Contracts;
using Pipeline.Dashboard.Live;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of the pipeline's page.</summary>
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
        public const string Since = "Since (UTC)";
        public const string Heard = "Last heard (UTC)";
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

        public static string StateName(StageState state) => state switch
        {
            StageState.Down => "down",
            StageState.Paused => "paused",
            StageState.Working => "working",
            StageState.Idle => "idle",
            _ => "unknown",
        };

        public static string Down(bool stopped, string time) => stopped ? $"stopped at {time}" : $"silent since {time}";

        public const string Now = "now";
        public const string Up = "up";
        public const string Ended = "ended";
        public const string Silent = "silent";

        public static string WaitsFor(string? dependency) => $"waits for {(dependency is null ? "a dependency that is away" : $"the {dependency}")}";
    }
}
