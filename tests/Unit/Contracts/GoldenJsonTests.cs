using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>
/// Holds the messages to the JSON in <c>golden/</c>: other systems read and write it. A new field goes into its file; a
/// changed or vanished one is a breaking change, and needs a new message. PIPELINE_UPDATE_GOLDEN=1 writes the files.
/// </summary>
public sealed class GoldenJsonTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests/Unit/Contracts/golden");
    private static readonly JsonSerializerOptions Indented = new(PipelineJson.Options) { WriteIndented = true };

    public static TheoryData<string> Names => [.. ContractSamples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_is_written_as_its_golden_file_says(string name)
    {
        var sample = ContractSamples.All[name];
        var json = JsonSerializer.Serialize(sample, sample.GetType(), Indented) + "\n";
        var file = Path.Combine(Folder, name + ".json");
        if (Environment.GetEnvironmentVariable("PIPELINE_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, json);
        }

        Assert.Equal(File.ReadAllText(file), json);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_is_read_back_whole_and_unknown_fields_are_tolerated(string name)
    {
        var type = ContractSamples.All[name].GetType();
        var golden = File.ReadAllText(Path.Combine(Folder, name + ".json"));
        var extended = (JsonObject)JsonNode.Parse(golden)!;
        extended["aFieldOfALaterVersion"] = new JsonObject { ["x"] = 1 };

        foreach (var json in new[] { golden, extended.ToJsonString() })
        {
            var message = JsonSerializer.Deserialize(json, type, PipelineJson.Options);
            Assert.Equal(golden, JsonSerializer.Serialize(message, type, Indented) + "\n");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_without_one_of_its_required_fields_is_refused(string name)
    {
        var type = ContractSamples.All[name].GetType();
        var golden = File.ReadAllText(Path.Combine(Folder, name + ".json"));
        var required = type.GetProperties()
            .Where(property => property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), inherit: true))
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).ToArray();

        Assert.NotEmpty(required);
        foreach (var field in required)
        {
            var json = (JsonObject)JsonNode.Parse(golden)!;
            Assert.True(json.Remove(field), $"{field} is not in the golden file.");
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, type, PipelineJson.Options));
        }
    }

    [Fact]
    public void Every_message_has_a_golden_file()
    {
        var messages = typeof(ImageEvent).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.Namespace!.StartsWith("Pipeline.Contracts.", StringComparison.Ordinal))
            .Where(type => !ContractSamples.Parts.Contains(type))
            .Select(type => type.Name);

        Assert.Equal(messages.Order(), ContractSamples.All.Keys.Order());
    }

    [Fact]
    public void The_documented_upload_example_is_a_valid_upload()
    {
        var json = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "shared/Contracts/examples/image-uploaded.json"));

        var upload = JsonSerializer.Deserialize<ImageUploaded>(json, PipelineJson.Options)!;

        Assert.Equal(SchemaVersions.Current, upload.SchemaVersion);
        Assert.True(CollectionName.IsValid(upload.Collection) && CollectionName.IsValid(upload.Tenant));
        Assert.NotNull(upload.Source.Uri);
        Assert.Equal(2, upload.Labels.Count);
    }
}
