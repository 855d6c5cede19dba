using System.Text.Json;
using Pipeline.Tests.Benchmarks;
using Pipeline.Tests.Benchmarks.Qdrant;
using Pipeline.Tests.Benchmarks.Reindex;
using Pipeline.Tests.Benchmarks.Scale;
using Pipeline.Tests.Benchmarks.Update;
using Pipeline.Tests.Support;

const string Usage = $"""
    {PipelineArguments.Usage}
    dotnet run -c Release --project tests/Benchmarks -- search [--sizes 1000,10000,100000] [--queries 100]
      [--images DIR] [--bus-queries 48] [--json FILE]
      Latency of the embedded index alone, and of whole searches over the bus with the pictures in DIR (default: those that
      infra/photos/fetch gathered, artifacts/photos).
    {MiningArguments.Usage}
    {HammingArguments.Usage}
    {UpdateArguments.Usage}
    {ReindexArguments.Usage}
    {ScaleArguments.Usage}
    dotnet run -c Release --project tests/Benchmarks -- storage [--json FILE]
    dotnet run -c Release --project tests/Benchmarks -- intake [--json FILE]
      Uploads taken in a second, with and without the manifests that a collection is rebuilt from.
    dotnet run -c Release --project tests/Benchmarks -- vocabulary [--json FILE]
    dotnet run -c Release --project tests/Benchmarks -- encode [--json FILE]
    dotnet run -c Release --project tests/Benchmarks -- training [--json FILE]
      Every method of hash encoders that a training compares by default, on 20,000 made-up features of 576 dimensions.
    dotnet run -c Release --project tests/Benchmarks -- qdrant [--json FILE]
      Our side of the index in Qdrant, against a server that only answers.
    """;

try
{
    if (args.Contains("--help") || args.Contains("-h"))
    {
        Console.WriteLine(Usage);
        return 0;
    }

    return args switch
    {
        ["pipeline", .. var rest] => await PipelineAsync(PipelineArguments.Parse(rest)),
        ["search", .. var rest] => await SearchAsync(rest),
        ["mining", .. var rest] => await MiningAsync(MiningArguments.Parse(rest)),
        ["hamming", .. var rest] => await HammingAsync(HammingArguments.Parse(rest)),
        ["reindex", .. var rest] => await ReindexAsync(ReindexArguments.Parse(rest)),
        ["update", .. var rest] => await UpdateAsync(UpdateArguments.Parse(rest)),
        ["scale", .. var rest] => await ScaleAsync(ScaleArguments.Parse(rest)),
        ["storage", .. var rest] => await StorageAsync(JsonOf(rest)),
        ["intake", .. var rest] => await IntakeAsync(JsonOf(rest)),
        ["vocabulary", .. var rest] => await VocabularyAsync(JsonOf(rest)),
        ["encode", .. var rest] => await EncodeAsync(JsonOf(rest)),
        ["training", .. var rest] => await TrainingAsync(JsonOf(rest)),
        ["qdrant", .. var rest] => await QdrantAsync(JsonOf(rest)),
        _ => throw new ArgumentException("Which benchmark?"),
    };
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n{Usage}");
    return 2;
}

static async Task<int> PipelineAsync(PipelineArguments arguments)
{
    var figures = await PipelineBenchmark.RunAsync(arguments);
    PipelineReport.Print(figures);
    return await SavedAsync(arguments.Json, figures, PipelineFigures.JsonOptions);
}

static async Task<int> ReindexAsync(ReindexArguments arguments)
{
    var figures = await ReindexBenchmark.RunAsync(arguments);
    var json = JsonSerializer.Serialize(figures, PipelineFigures.JsonOptions);
    Console.WriteLine(json);
    if (arguments.Json is not null)
    {
        await File.WriteAllTextAsync(arguments.Json, json);
    }

    return 0;
}

static async Task<int> SearchAsync(string[] options)
{
    var given = new CommandOptions(options, "--sizes", "--queries", "--images", "--bus-queries", "--json");
    var sizes = given.Positives("--sizes", 1_000, 10_000, 100_000);
    var images = given.Photos("--images");
    var result = await SearchBenchmark.RunAsync(sizes, given.Positive("--queries", 100), Console.WriteLine);
    var whole = await WholeSearchBenchmark.RunAsync(sizes, given.Positive("--bus-queries", 48), images, Console.WriteLine);
    result = result with { Sizes = [.. result.Sizes.Select(size => size with { WholeSearches = whole[size.Entries] })] };
    return await SavedAsync(given.Find("--json"), result, SearchBenchmarkResult.JsonOptions);
}

static async Task<int> MiningAsync(MiningArguments arguments)
{
    object figures = arguments.Duplicates is null
        ? await MiningBenchmark.RunAsync(arguments, Console.WriteLine)
        : await MiningBenchmark.RepeatAsync(arguments, Console.WriteLine);
    return await SavedAsync(arguments.Json, figures, MiningFigures.JsonOptions);
}

static async Task<int> HammingAsync(HammingArguments arguments)
{
    var figures = HammingBenchmark.Run(arguments, Console.WriteLine);
    return await SavedAsync(arguments.Json, figures, HammingFigures.JsonOptions);
}

static async Task<int> UpdateAsync(UpdateArguments arguments)
{
    var figures = await UpdateBenchmark.RunAsync(arguments, Console.WriteLine);
    return await SavedAsync(arguments.Json, figures, UpdateBenchmarkFigures.JsonOptions);
}

static async Task<int> StorageAsync(string? json)
{
    var figures = await StorageBenchmark.RunAsync(Console.WriteLine);
    return await SavedAsync(json, figures, StorageBenchmark.JsonOptions);
}

static async Task<int> IntakeAsync(string? json)
{
    var figures = await IntakeBenchmark.RunAsync(Console.WriteLine);
    return await SavedAsync(json, figures, StorageBenchmark.JsonOptions);
}

static async Task<int> VocabularyAsync(string? json)
{
    var figures = VocabularyBenchmark.Run(Console.WriteLine);
    return await SavedAsync(json, figures, VocabularyBenchmark.JsonOptions);
}

static async Task<int> EncodeAsync(string? json)
{
    var figures = EncodeBenchmark.Run(Console.WriteLine);
    return await SavedAsync(json, figures, EncodeFigures.JsonOptions);
}

static async Task<int> TrainingAsync(string? json)
{
    var figures = TrainingBenchmark.Run(Console.WriteLine);
    return await SavedAsync(json, figures, EncodeFigures.JsonOptions);
}

static async Task<int> QdrantAsync(string? json)
{
    var figures = await QdrantBenchmark.RunAsync(Console.WriteLine);
    return await SavedAsync(json, figures, QdrantBenchmark.JsonOptions);
}

static async Task<int> ScaleAsync(ScaleArguments arguments)
{
    var figures = await ScaleBenchmark.RunAsync(arguments, Console.WriteLine);
    return await SavedAsync(arguments.Json, figures, ScaleFigures.JsonOptions);
}

static string? JsonOf(string[] options) => new CommandOptions(options, "--json").Find("--json");

static async Task<int> SavedAsync<T>(string? json, T figures, JsonSerializerOptions options)
{
    if (json is not null)
    {
        await using var file = File.Create(json);
        await JsonSerializer.SerializeAsync(file, figures, options);
    }

    return 0;
}
