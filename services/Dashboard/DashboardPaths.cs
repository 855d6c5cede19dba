namespace Pipeline.Dashboard;

/// <summary>Addresses of the dashboard's pages: all below one prefix, so that it can share a process with the Gateway.</summary>
public static class DashboardPaths
{
    /// <summary>The first page, and the prefix of all others.</summary>
    public const string Root = "/dashboard";

    internal const string SignIn = Root + "/sign-in";
    internal const string SignOut = Root + "/sign-out";
    internal const string Live = Root + "/live";
    internal const string Audit = Root + "/audit";
    internal const string Assets = Root + "/assets";
    internal const string Failures = Root + "/failures";
    internal const string Collections = Root + "/collections";
    internal const string Explorer = Root + "/explorer";
}
