using System.Text.Json;

namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>Every answer that is no error.</summary>
internal sealed record Envelope<T>
{
    public required T Result { get; init; }
}

/// <summary>Every error; <see cref="Status"/> is an object with the text as <c>error</c>.</summary>
internal sealed record ErrorEnvelope
{
    public JsonElement Status { get; init; }
}
