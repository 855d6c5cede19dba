using System.Text.Json;
using Pipeline.Tests.Evaluation;

const string Usage = """
    dotnet run -c Release --project tests/Evaluation -- retrieval --images DIR --groundtruth TSV [--bits 64] [--json FILE]
    """;

try
{
    return args switch
    {
        ["retrieval", .. var rest] => await RetrievalAsync(rest),
        _ => throw new ArgumentException("Which evaluation?"),
    };
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n{Usage}");
    return 2;
}

static async Task<int> RetrievalAsync(string[] options)
{
    string? images = null, groundTruth = null, json = null;
    var bits = 64;
    for (var i = 0; i < options.Length; i += 2)
    {
        var value = i + 1 < options.Length ? options[i + 1] : throw new ArgumentException($"{options[i]} needs a value.");
        _ = options[i] switch
        {
            "--images" => images = value,
            "--groundtruth" => groundTruth = value,
            "--json" => json = value,
            "--bits" when int.TryParse(value, out bits) => value,
            _ => throw new ArgumentException($"{options[i]} {value} is not understood."),
        };
    }

    var scores = RetrievalQuality.Measure(
        images ?? throw new ArgumentException("--images is missing."), groundTruth ?? throw new ArgumentException("--groundtruth is missing."), bits);
    RetrievalQuality.Print(scores);
    if (json is not null)
    {
        await File.WriteAllTextAsync(json, JsonSerializer.Serialize(scores, RetrievalQuality.Json));
    }

    return 0;
}
