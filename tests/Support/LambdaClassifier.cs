using Pipeline.Messaging;

namespace Pipeline.Tests.Support;

/// <summary>A classifier in one line.</summary>
public sealed class LambdaClassifier(Func<Exception, ErrorClass?> classify) : IErrorClassifier
{
    /// <inheritdoc/>
    public ErrorClass? Classify(Exception exception) => classify(exception);
}
