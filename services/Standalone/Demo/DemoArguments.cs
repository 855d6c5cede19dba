namespace Pipeline.Standalone.Demo;

/// <summary>The demo's command line.</summary>
public sealed record DemoArguments
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        Runs the whole pipeline in this process on a set of pictures and measures it.

          --photos DIR         photographs to make a set from: each one and five views of it
                               (crop, rotation, scale, brightness, strong JPEG); the views are the queries
          --images DIR         use the pictures of your own folder instead
          --groundtruth TSV    columns file and group: every picture with a group is a query
          --json FILE          write the figures as JSON too
          --data DIR           keep state and blobs here (default: a temporary folder)
          --serve              afterwards keep the Gateway at http://127.0.0.1:8080
          --port N             another port for it
        """;

    /// <summary>Photographs to make views of.</summary>
    public string? Photos { get; init; }

    /// <summary>The user's own pictures.</summary>
    public string? Images { get; init; }

    /// <summary>Ground truth for <see cref="Images"/>.</summary>
    public string? GroundTruth { get; init; }

    /// <summary>Where to write the figures.</summary>
    public string? Json { get; init; }

    /// <summary>Where to keep state and blobs.</summary>
    public string? Data { get; init; }

    /// <summary>Whether to go on serving.</summary>
    public bool Serve { get; init; }

    /// <summary>The Gateway's port when serving.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Whether only help is wanted.</summary>
    public bool Help { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">It is not understood; the message says why.</exception>
    public static DemoArguments Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var parsed = new DemoArguments();
        for (var i = 0; i < args.Count; i++)
        {
            var option = args[i];
            parsed = option switch
            {
                "--help" or "-h" => parsed with { Help = true },
                "--serve" => parsed with { Serve = true },
                "--photos" => parsed with { Photos = Value() },
                "--images" => parsed with { Images = Value() },
                "--groundtruth" => parsed with { GroundTruth = Value() },
                "--json" => parsed with { Json = Value() },
                "--data" => parsed with { Data = Value() },
                "--port" => parsed with { Port = int.TryParse(Value(), out var port) && port is > 0 and < 65536 ? port : throw new ArgumentException("--port needs a port number.") },
                _ => throw new ArgumentException($"Unknown option {option}."),
            };

            string Value() => ++i < args.Count ? args[i] : throw new ArgumentException($"{option} needs a value.");
        }

        return parsed.Help || (parsed.Photos ?? parsed.Images) is not null
            ? parsed
            : throw new ArgumentException("Give --photos or --images.");
    }
}
