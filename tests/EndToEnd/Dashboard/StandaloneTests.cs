using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>The dashboard in the same process as everything else, on the embedded defaults.</summary>
[Collection(StandaloneFixture.Collection)]
public sealed class StandaloneTests(StandaloneFixture standalone)
{
    [Fact]
    public async Task Shows_the_one_process_its_stages_and_what_it_rejected()
    {
        var upload = await standalone.Client.UploadAsync("default", [.. Pictures.Scene(6).Take(1500)]);
        Assert.Equal(HttpStatusCode.Accepted, upload.Status);

        await Eventually.TrueAsync(async () => (await standalone.Client.GetAsync("dashboard")).Text is var page
            && Stage("upload").IsMatch(page) && Stage("index").IsMatch(page) && page.Contains(">standalone<", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await standalone.Client.GetAsync("dashboard/failures?kind=rejection")).Text.Contains("corrupt-image", StringComparison.Ordinal));
        var style = Regex.Match((await standalone.Client.GetAsync("dashboard")).Text, "href=\"/(dashboard/assets/[a-f0-9]+/style)\"").Groups[1].Value;
        (await standalone.Client.GetAsync(style)).AssertOk();
    }

    [Fact]
    public async Task Every_answer_of_its_own_forbids_what_is_not_its_own()
    {
        foreach (var path in (string[])["dashboard", "dashboard/failures", "dashboard/collections", "dashboard/audit", "dashboard/explorer/default"])
        {
            var answer = await standalone.Client.GetAsync(path);
            answer.AssertOk();
            Assert.Contains("default-src 'none'; script-src 'self'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Contains("no-store", answer.Headers["Cache-Control"], StringComparison.Ordinal);
            Assert.DoesNotContain(" style=", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>", answer.Text, StringComparison.Ordinal);
        }
    }

    private static Regex Stage(string id) => new($"id=\"stage-{id}\"[^>]*data-state=\"(idle|working)\"");
}
