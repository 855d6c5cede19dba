using System.Text.Json;
using Pipeline.Tests.Evaluation.Hashing;
using Pipeline.Tests.Evaluation.Retrieval;
using Pipeline.Tests.Evaluation.Updating;
using Pipeline.Tests.Support;

const string Usage = """
    dotnet run -c Release --project tests/Evaluation -- retrieval --data DIR [--bits 64] [--json FILE] [--plots DIR]
        DIR holds images/ and groundtruth.tsv; --images DIR --groundtruth TSV instead of --data where they lie elsewhere.
    """;

try
{
    return args switch
    {
        ["retrieval", .. var rest] => await RetrievalAsync(rest),
        ["update", .. var rest] => await UpdateCommand.RunAsync(rest),
        ["incremental", .. var rest] => await IncrementalCommand.RunAsync(rest),
        ["hashing", .. var rest] => await HashingCommand.RunAsync(rest),
        _ => throw new ArgumentException("Which evaluation?"),
    };
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n{Usage}\n{HashingCommand.Usage}\n{UpdateCommand.Usage}\n{IncrementalCommand.Usage}");
    return 2;
}

static async Task<int> RetrievalAsync(string[] options)
{
    var given = new CommandOptions(options, "--data", "--images", "--groundtruth", "--bits", "--json", "--plots");
    var (json, plots) = (given.Find("--json"), given.Find("--plots"));
    var set = FeatureSet.Extract(
        given.Find("--images") ?? Path.Combine(given.Require("--data"), "images"),
        given.Find("--groundtruth") ?? Path.Combine(given.Require("--data"), "groundtruth.tsv"),
        given.Positive("--bits", 64));
    var (report, gallery) = RetrievalQuality.Measure(set);
    report.Print();
    if (json is not null)
    {
        await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, RetrievalReport.Json));
    }

    if (plots is not null)
    {
        RetrievalPlots.Write(plots, set, report, gallery);
    }

    return 0;
}
