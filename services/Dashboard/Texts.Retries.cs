using System.Globalization;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of the page of messages that wait for their next try.</summary>
    public static class Retries
    {
        public const string Title = "Waiting for their next try";
        public const string Explanation = "Messages that failed for now and rest in a retry queue. They are looked at where they are and go on by themselves; what fails for good moves to the failures.";
        public const string NotTold = "The in-memory bus does not tell which messages wait.";
        public const string Unknown = "Not known yet: the broker has not been asked, or does not answer.";
        public const string Empty = "No message waits.";
        public const string NoMore = "They went on meanwhile, or somebody else looks at them at this moment.";
        public const string Away = "The broker does not answer: what waits there is not known now.";
        public const string Show = "Show";
        public const string Due = "Next try (UTC)";
        public const string Attempt = "Attempt";
        public const string Why = "Why";
        public const string Sooner = "Sooner";
        public const string Later = "Later";

        public static string AttemptOf(int attempt) => attempt == 0 ? "same again" : string.Create(CultureInfo.InvariantCulture, $"{attempt + 1}");

        public static string Shown(int first, int count, int total) =>
            string.Create(CultureInfo.InvariantCulture, $"{first:N0} to {first + count - 1:N0} of {total:N0}, the next first.");

        public static string TooMany(long total) => string.Create(
            CultureInfo.InvariantCulture, $"{total:N0} messages wait. More than {Messaging.IWaitingMessages.Most:N0} are not looked at one by one: that would hold them up.");
    }
}
