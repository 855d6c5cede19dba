using Pipeline.Hosting;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of signing in.</summary>
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
            Roles.Admin => "admin",
            Roles.Write => "operator",
            _ => "viewer",
        };
    }
}
