using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Upload.Sources;

/// <summary>
/// Reads <c>file://</c> references to regular files below the allowed roots. Symbolic links are followed before the check,
/// and what was opened is checked once more: a link exchanged in between gains nothing, and no pipe or device is waited for.
/// </summary>
public sealed class FileSource(IOptions<UploadOptions> options)
{
    private readonly string[] _roots = [.. options.Value.AllowedRoots.Select(r => Path.TrimEndingDirectorySeparator(ResolveLinks(Path.GetFullPath(r)) ?? r))];

    /// <summary>Reads the file that <paramref name="uri"/> names.</summary>
    public async Task<FetchResult> FetchAsync(Uri uri, long maxBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsLoopback && uri.Host.Length > 0)
        {
            return FetchResult.Failure(RejectionReasons.InvalidReference, "A file reference must not name another host.");
        }

        if (uri.LocalPath.Contains('\0', StringComparison.Ordinal))
        {
            return FetchResult.Failure(RejectionReasons.InvalidReference, "The path is not valid.");
        }

        var path = Path.GetFullPath(uri.LocalPath);

        // Outside the roots even existence is nobody's business: the answer is the same for what is there and what is not.
        var real = ResolveLinks(path);
        if (!IsAllowed(real ?? path))
        {
            return FetchResult.Failure(RejectionReasons.ForbiddenReference, "The file is outside the allowed roots.");
        }

        if (real is null)
        {
            return FetchResult.Failure(RejectionReasons.SourceNotFound, "There is no such file.");
        }

        try
        {
            await using var stream = RegularFile.TryOpen(real, IsAllowed);
            if (stream is null)
            {
                return FetchResult.Failure(RejectionReasons.SourceNotFound, "There is no regular file.");
            }

            if (stream.Length > maxBytes)
            {
                return FetchResult.Failure(RejectionReasons.TooManyBytes, $"The file has {stream.Length} bytes; at most {maxBytes}.");
            }

            var bytes = new byte[stream.Length];
            var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
            return FetchResult.Success(read == bytes.Length ? bytes : bytes[..read]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return FetchResult.Failure(RejectionReasons.SourceNotFound, "The file cannot be read.");
        }
    }

    private bool IsAllowed(string path) =>
        _roots.Any(root => path.StartsWith(root, StringComparison.Ordinal)
            && (path.Length > root.Length && path[root.Length] == Path.DirectorySeparatorChar || root.Length == 1));

    /// <summary>The path with every symbolic link of every segment followed, or null if it does not exist.</summary>
    private static string? ResolveLinks(string path)
    {
        var resolved = Path.GetPathRoot(path)!;
        foreach (var segment in path[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, segment);
            FileSystemInfo info = Directory.Exists(resolved) ? new DirectoryInfo(resolved) : new FileInfo(resolved);
            if (!info.Exists)
            {
                return null;
            }

            if (info.LinkTarget is not null)
            {
                // The target may itself lie behind links, so it is resolved from the root again.
                if (FinalTarget(info) is not { Exists: true } target || ResolveLinks(target.FullName) is not { } real)
                {
                    return null;
                }

                resolved = real;
            }
        }

        return resolved;
    }

    /// <summary>Where a chain of links ends, or null if it ends nowhere, as a loop does.</summary>
    private static FileSystemInfo? FinalTarget(FileSystemInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
