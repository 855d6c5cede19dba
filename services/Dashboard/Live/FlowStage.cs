using Pipeline.Contracts;

namespace Pipeline.Dashboard.Live;

/// <summary>A box of the flow diagram: a step of an image's way, and the queues that feed it.</summary>
/// <param name="Id">Names it in addresses and in the page.</param>
/// <param name="Endpoints">The endpoints that do its work, without their bulk queues; the first is the one that counts for whether it is up.</param>
/// <param name="Column">Place in the diagram, from 1.</param>
/// <param name="Row">Place in the diagram, from 1; 0 for all rows.</param>
internal sealed record FlowStage(string Id, IReadOnlyList<string> Endpoints, int Column, int Row)
{
    /// <summary>The stages in the order of an image's way.</summary>
    public static IReadOnlyList<FlowStage> All { get; } =
    [
        new(Stages.Upload, ["upload"], 1, 0),
        new(Stages.Sift, ["sift-extraction"], 2, 1),
        new(Stages.Cnn, ["cnn-extraction"], 2, 2),
        new(Stages.Hash, ["hash-encoding"], 3, 2),
        new(Stages.Words, ["visual-words"], 3, 1),
        new(Stages.Index, ["indexing"], 4, 0),
        new(Stages.Mining, ["neighbour-mining"], 5, 0),
        new(Stages.Training, ["model-updating"], 6, 0),
    ];

    /// <summary>Whether an endpoint's figures are part of the stage's.</summary>
    public bool Owns(string endpoint) => Endpoints.Any(own => endpoint == own || endpoint == own + "-bulk");
}
