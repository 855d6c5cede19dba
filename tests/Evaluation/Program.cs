using System.Text.Json;
using Pipeline.Tests.Evaluation.Hashing;
using Pipeline.Tests.Evaluation.Retrieval;
using Pipeline.Tests.Evaluation.Updating;

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
    string? images = null, groundTruth = null, json = null, plots = null;
    var bits = 64;
    for (var i = 0; i < options.Length; i += 2)
    {
        var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
        switch (options[i])
        {
            case "--data":
                (images, groundTruth) = (Path.Combine(value, "images"), Path.Combine(value, "groundtruth.tsv"));
                break;
            case "--images":
                images = value;
                break;
            case "--groundtruth":
                groundTruth = value;
                break;
            case "--json":
                json = value;
                break;
            case "--plots":
                plots = value;
                break;
            case "--bits" when int.TryParse(value, out bits):
                break;
            default:
                throw new ArgumentException($"{options[i]} {value} is not understood.");
        }
    }

    var set = FeatureSet.Extract(
        images ?? throw new ArgumentException("--data is missing."), groundTruth ?? throw new ArgumentException("--groundtruth is missing."), bits);
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
