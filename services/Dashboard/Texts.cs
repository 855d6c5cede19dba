namespace Pipeline.Dashboard;

/// <summary>Every text that a person reads on the pages.</summary>
internal static partial class Texts
{
    public const string Product = "Pipeline";
    public const string Unknown = "–";
    public const string SkipToContent = "Skip to content";
    public const string Older = "Older";
    public const string Newest = "Newest";

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
