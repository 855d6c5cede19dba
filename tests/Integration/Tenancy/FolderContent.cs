using System.Text;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>Everything that is in a folder, names and bytes, as texts to look for traces in.</summary>
internal static class FolderContent
{
    /// <summary>Each folder and file as its path below the folder, a slash and, of a file, its bytes.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            var content = "";
            try
            {
                content = File.Exists(path) ? Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path)) : "";
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Deleted since it was listed, as the stores' own probes are: a name that was there, and nothing more to read.
            }

            yield return $"{Path.GetRelativePath(folder, path)}/{content}";
        }
    }
}
