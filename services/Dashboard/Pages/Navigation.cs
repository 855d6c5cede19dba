namespace Pipeline.Dashboard.Pages;

/// <summary>The pages that a viewer finds in the head of each.</summary>
internal static class Navigation
{
    public static IEnumerable<(string Path, string Text)> For(PageContext page)
    {
        yield return (DashboardPaths.Root, Texts.Navigation.Pipeline);
        yield return (DashboardPaths.Failures, Texts.Navigation.Failures);
        yield return (DashboardPaths.Collections, Texts.Navigation.Collections);
        yield return (DashboardPaths.Explorer, Texts.Navigation.Explorer);
        if (page.CanOperate)
        {
            yield return (DashboardPaths.Audit, Texts.Navigation.Audit);
        }
    }
}
