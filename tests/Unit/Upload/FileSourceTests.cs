using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Upload;
using Pipeline.Upload.Sources;
using Xunit;

namespace Pipeline.Tests.Unit.Upload;

public sealed class FileSourceTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-source-");
    private readonly string _root;
    private readonly FileSource _source;

    public FileSourceTests()
    {
        _root = _folder.CreateSubdirectory("root").FullName;
        _source = Source(_root);
        File.WriteAllBytes(At("a.jpg"), Content);
        _folder.CreateSubdirectory("root-evil");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "root-evil", "a.jpg"), Content);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Reads_a_file_below_the_root() => Assert.Equal(Content, (await FetchAsync(At("a.jpg"))).Bytes);

    [Fact]
    public async Task Follows_a_link_that_stays_below_the_root()
    {
        File.CreateSymbolicLink(At("link.jpg"), At("a.jpg"));

        Assert.Equal(Content, (await FetchAsync(At("link.jpg"))).Bytes);
    }

    [Fact]
    public async Task Reads_through_a_root_that_is_a_link_itself()
    {
        var link = Path.Combine(_folder.FullName, "link-to-root");
        Directory.CreateSymbolicLink(link, _root);

        Assert.Equal(Content, (await Source(link).FetchAsync(new Uri(Path.Combine(link, "a.jpg")), 100, CancellationToken.None)).Bytes);
    }

    [Fact]
    public async Task Refuses_links_out_of_the_root_of_files_and_folders()
    {
        File.CreateSymbolicLink(At("file.jpg"), Path.Combine(_folder.FullName, "root-evil", "a.jpg"));
        Directory.CreateSymbolicLink(At("folder"), Path.Combine(_folder.FullName, "root-evil"));

        Assert.Equal(RejectionReasons.ForbiddenReference, await ReasonAsync(At("file.jpg")));
        Assert.Equal(RejectionReasons.ForbiddenReference, await ReasonAsync(At("folder/a.jpg")));
    }

    [Fact]
    public async Task A_folder_whose_name_begins_like_the_root_is_outside() =>
        Assert.Equal(RejectionReasons.ForbiddenReference, await ReasonAsync(Path.Combine(_folder.FullName, "root-evil", "a.jpg")));

    [Fact]
    public async Task Tells_nothing_about_what_is_outside() =>
        Assert.Equal(await _source.FetchAsync(new Uri("file:///etc/passwd"), 100, CancellationToken.None), await _source.FetchAsync(new Uri("file:///etc/no-such"), 100, CancellationToken.None));

    [Fact]
    public async Task Finds_nothing_under_a_missing_name_a_folder_or_a_broken_link()
    {
        File.CreateSymbolicLink(At("broken.jpg"), At("gone.jpg"));
        Directory.CreateDirectory(At("sub"));

        Assert.Equal(RejectionReasons.SourceNotFound, await ReasonAsync(At("missing.jpg")));
        Assert.Equal(RejectionReasons.SourceNotFound, await ReasonAsync(At("sub")));
        Assert.Equal(RejectionReasons.SourceNotFound, await ReasonAsync(At("broken.jpg")));
    }

    [Fact]
    public async Task Finds_nothing_at_the_end_of_a_loop_of_links()
    {
        File.CreateSymbolicLink(At("ring.jpg"), At("gnir.jpg"));
        File.CreateSymbolicLink(At("gnir.jpg"), At("ring.jpg"));

        Assert.Equal(RejectionReasons.SourceNotFound, await ReasonAsync(At("ring.jpg")));
    }

    [Fact]
    public async Task A_named_pipe_is_no_file_and_nobody_waits_for_its_writer()
    {
        using (var mkfifo = Process.Start("mkfifo", [At("pipe.jpg")]))
        {
            await mkfifo.WaitForExitAsync();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        // On a thread of its own: opening a pipe in the usual way would block it for ever.
        Assert.Equal(RejectionReasons.SourceNotFound, await Task.Run(() => ReasonAsync(At("pipe.jpg"))).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_socket_or_a_device_is_no_file()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(At("socket.jpg")));

        Assert.Equal(RejectionReasons.SourceNotFound, await ReasonAsync(At("socket.jpg")));
        Assert.Equal(RejectionReasons.SourceNotFound, (await Source("/dev").FetchAsync(new Uri("file:///dev/zero"), 100, CancellationToken.None)).Rejection?.Reason);
    }

    [Fact]
    public void What_a_name_leads_to_when_it_is_opened_is_judged_and_not_what_it_led_to_before()
    {
        // As if the file that was checked had been exchanged for a link out of the root.
        File.CreateSymbolicLink(At("exchanged.jpg"), Path.Combine(_folder.FullName, "root-evil", "a.jpg"));

        Assert.Null(RegularFile.TryOpen(At("exchanged.jpg"), path => path.StartsWith(_root + '/', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Refuses_more_bytes_than_allowed() => Assert.Equal(RejectionReasons.TooManyBytes, await ReasonAsync(At("a.jpg"), maxBytes: 2));

    [Fact]
    public async Task Reads_nothing_where_no_root_is_allowed() =>
        Assert.Equal(
            RejectionReasons.ForbiddenReference,
            (await Source().FetchAsync(new Uri(At("a.jpg")), 100, CancellationToken.None)).Rejection?.Reason);

    private static FileSource Source(params string[] roots) => new(Options.Create(new UploadOptions { AllowedRoots = roots }));

    private string At(string name) => Path.Combine(_root, name);

    private Task<FetchResult> FetchAsync(string path, long maxBytes = 100) => _source.FetchAsync(new Uri(path), maxBytes, CancellationToken.None);

    private async Task<string?> ReasonAsync(string path, long maxBytes = 100) => (await FetchAsync(path, maxBytes)).Rejection?.Reason;
}
