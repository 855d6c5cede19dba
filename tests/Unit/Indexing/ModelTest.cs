using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A class of tests of models, each on two images that are indexed by the backbone.</summary>
public abstract class ModelTest : IAsyncLifetime
{
    private protected const string Backbone = ModelWorld.Backbone;
    private protected static readonly CancellationToken None = CancellationToken.None;

    private protected ModelWorld World { get; } = new();

    private protected Guid One { get; private set; }

    private protected Guid Two { get; private set; }

    public async Task InitializeAsync()
    {
        await World.Catalog.Collections.CreateAsync(ModelWorld.Collection, None);
        One = await World.LiveAsync();
        Two = await World.LiveAsync();
    }

    public async Task DisposeAsync() => await World.DisposeAsync();
}
