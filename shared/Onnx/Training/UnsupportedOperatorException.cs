namespace Pipeline.Onnx.Training;

/// <summary>An operator between a parameter and the loss has no gradient rule, or none for the way it is used.</summary>
public sealed class UnsupportedOperatorException : NotSupportedException
{
    /// <summary>Names the operator and its node.</summary>
    /// <param name="operatorType">The operator, such as <c>Resize</c>.</param>
    /// <param name="node">The node's name, or its first output where it has none.</param>
    /// <param name="reason">What of its use is not supported; null: the operator itself.</param>
    public UnsupportedOperatorException(string operatorType, string node, string? reason = null)
        : base($"There is no gradient of {operatorType} (node {node}), which lies between a parameter and the loss"
            + (reason is null ? "." : $": {reason}."))
    {
        OperatorType = operatorType;
        Node = node;
    }

    /// <summary>The operator.</summary>
    public string OperatorType { get; }

    /// <summary>The node's name.</summary>
    public string Node { get; }
}
