namespace Pipeline.Tests.Support;

/// <summary>Finds what other projects of the repository were built to.</summary>
public static class BuildOutput
{
    /// <summary>The <c>dotnet</c> that runs programs.</summary>
    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

    /// <summary>The output folder of a project, in the configuration this program was built in.</summary>
    /// <param name="project">The project's folder below the repository's root.</param>
    /// <exception cref="DirectoryNotFoundException">It was not built.</exception>
    public static string FolderOf(string project)
    {
        // …/bin/Release/net10.0/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var folder = Path.Combine(RepositoryRoot.Path, project, "bin", framework.Parent!.Name, framework.Name);
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"{project} was not built: there is no {folder}.");
    }
}
