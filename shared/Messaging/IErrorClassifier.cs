namespace Pipeline.Messaging;

/// <summary>
/// Translates exceptions of a library into what they mean for a message. Register any number as singletons; the first
/// that knows an exception, or one of its inner exceptions, decides.
/// </summary>
public interface IErrorClassifier
{
    /// <summary>The class of <paramref name="exception"/>, or null where this classifier does not know it.</summary>
    /// <param name="exception">One exception; inner exceptions are asked about separately, from the outside in.</param>
    ErrorClass? Classify(Exception exception);
}
