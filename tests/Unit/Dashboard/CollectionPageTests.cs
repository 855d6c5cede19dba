using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Catalog;
using Pipeline.Dashboard;
using Pipeline.Dashboard.Collections;
using Pipeline.Dashboard.Pages;
using Pipeline.Hosting;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>What a collection's page shows of updates of its model.</summary>
public sealed class CollectionPageTests
{
    private static readonly ModelUpdate Running = new() { Id = Guid.NewGuid(), State = TrainingState.Running, At = DateTimeOffset.UnixEpoch };

    [Fact]
    public async Task An_update_that_is_under_way_names_its_phase_and_those_before_and_shows_the_losses_of_each()
    {
        var page = await ShowAsync(Running, new ModelUpdateProgress(52, 90, Curve("statistics", 9, 4))
        {
            Phase = "synthesis", Past = [new PhaseLosses("specialist", Curve("pair", 2, 1))],
        });

        Assert.Contains("<dt>Phase</dt><dd>specialist (learns freely) → synthesis (of inputs to rehearse) …</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dd>52 / 90</dd>", page, StringComparison.Ordinal);
        var (specialist, synthesis) = (page.IndexOf("Losses, specialist", StringComparison.Ordinal), page.IndexOf("Losses, synthesis", StringComparison.Ordinal));
        var (pair, statistics) = (page.IndexOf("pair: 2 → 1", StringComparison.Ordinal), page.IndexOf("statistics: 9 → 4", StringComparison.Ordinal));
        Assert.Equal([specialist, pair, synthesis, statistics], new[] { specialist, pair, synthesis, statistics }.Where(at => at > 0).Order());
    }

    [Fact]
    public async Task An_update_that_is_over_names_the_phases_that_it_had()
    {
        var page = await ShowAsync(Running with { State = TrainingState.Done, Promoted = true }, new ModelUpdateProgress(40, 40, Curve("loss", 3, 1)));

        Assert.Contains("<dt>Phase</dt><dd>training (of the head that is judged)</dd>", page, StringComparison.Ordinal);
        Assert.Contains("· accepted", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_first_step_there_is_no_phase()
    {
        var page = await ShowAsync(Running, progress: null);

        Assert.Contains("· running", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>Phase</dt>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Losses", page, StringComparison.Ordinal);
    }

    private static LossCurve Curve(string term, params float[] values) =>
        new([.. Enumerable.Range(1, values.Length)], new Dictionary<string, IReadOnlyList<float>> { [term] = values });

    private static async Task<string> ShowAsync(ModelUpdate update, ModelUpdateProgress? progress)
    {
        var view = new CollectionView
        {
            Record = new CollectionRecord { Name = "birds", CreatedAt = DateTimeOffset.UnixEpoch }, Images = new Dictionary<ImageStatus, long>(), Updates = [(update, progress)],
        };
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => WebUtility.HtmlDecode((await renderer.RenderComponentAsync<CollectionPage>(ParameterView.FromDictionary(
            new Dictionary<string, object?>
            {
                [nameof(CollectionPage.Page)] = new PageContext("vera", Roles.Read, IsOpen: false, "token", "/dashboard/collections/birds"),
                [nameof(CollectionPage.Name)] = "birds",
                [nameof(CollectionPage.View)] = view,
            }))).ToHtmlString()));
    }
}
