using Pipeline.Messaging;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>A store that does not answer is nobody's bad input: consumption pauses until it is back.</summary>
public sealed class StorageErrors : IErrorClassifier
{
    /// <inheritdoc/>
    public ErrorClass? Classify(Exception exception) =>
        exception is StorageUnavailableException away ? new ErrorClass.DependencyDown(away.Store) : null;
}
