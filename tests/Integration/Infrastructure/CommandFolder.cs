namespace Pipeline.Tests.Integration.Infrastructure;

/// <summary>A folder of commands to put on PATH: stand-ins that come before the real ones, or all commands but a few.</summary>
internal sealed class CommandFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commands-");

    public string Path => _folder.FullName;

    public CommandFolder With(string name, string body)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, $"#!/bin/bash\n{body}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    /// <summary>Links every command of the system but the named ones, for a PATH on which those are missing.</summary>
    public CommandFolder WithEverythingBut(params string[] names)
    {
        foreach (var file in new[] { "/usr/bin", "/bin" }.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles))
        {
            var link = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file));
            if (!names.Contains(System.IO.Path.GetFileName(file)) && !File.Exists(link))
            {
                File.CreateSymbolicLink(link, file);
            }
        }

        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
