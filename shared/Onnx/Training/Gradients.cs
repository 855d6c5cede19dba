using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>
/// Reverse-mode differentiation over an ONNX graph: from the loss backwards, each node's rule turns the gradient of its
/// output into those of its inputs, x̄ = (∂y/∂x)ᵀ·ȳ, and what reaches a value on several ways is added up. The backward
/// pass is made of plain ONNX operators, so it runs wherever the forward pass runs.
/// </summary>
public static class Gradients
{
    /// <summary>Adds the nodes that compute ∂loss/∂parameter.</summary>
    /// <param name="graph">The forward graph; only branches that lead from a parameter to the loss get backward nodes.</param>
    /// <param name="loss">A value of one element.</param>
    /// <param name="parameters">Values of floats: inputs, initializers or what nodes make.</param>
    /// <returns>The gradient's value for each parameter, of its shape; zeros where the loss does not depend on it.</returns>
    /// <exception cref="UnsupportedOperatorException">An operator on the way has no rule.</exception>
    /// <exception cref="ArgumentException">The loss has more than one element, or a value is unknown or not of floats.</exception>
    /// <exception cref="InvalidDataException">ONNX Runtime does not accept the forward graph.</exception>
    public static IReadOnlyDictionary<string, string> Of(OnnxGraphBuilder graph, string loss, IReadOnlyCollection<string> parameters)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        var shapes = new ValueShapes(graph);
        foreach (string value in parameters.Append(loss))
        {
            if (!graph.Has(value) || !shapes.Differentiable(value))
            {
                throw new ArgumentException($"The graph has no value {value} of floats.", nameof(parameters));
            }
        }

        if (shapes.Shape(loss).Sizes.Any(size => size != 1))
        {
            throw new ArgumentException($"The loss {loss} must have one element, its shape is [{string.Join(", ", shapes.Shape(loss).Sizes)}].", nameof(loss));
        }

        NodeProto[] nodes = [.. graph.Graph.Node];
        HashSet<string> dependent = Dependent(graph, nodes, shapes, parameters);
        var scope = new GradientScope(graph, shapes, dependent);
        scope.Contribute(loss, scope.Math(loss).ReshapeLike(scope.Math(loss).Scalar(1), loss), spread: false);
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            NodeProto node = nodes[i];
            if (!node.Output.Any(output => dependent.Contains(output) && scope.HasGradient(output))
                || !node.Input.Any(dependent.Contains))
            {
                continue;
            }

            if (node.Domain.Length > 0 || !GradientRules.All.TryGetValue(node.OpType, out GradientRule? rule))
            {
                throw new UnsupportedOperatorException(node.OpType, NameOf(node));
            }

            rule(new BackwardNode(node, scope));
        }

        return parameters.Distinct().ToDictionary(
            parameter => parameter,
            parameter => scope.HasGradient(parameter) ? scope.Gradient(parameter) : scope.Math(parameter).ZerosLike(parameter));
    }

    internal static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output[0];

    /// <summary>The parameters and every value of floats that is computed from one of them.</summary>
    private static HashSet<string> Dependent(
        OnnxGraphBuilder graph, NodeProto[] nodes, ValueShapes shapes, IEnumerable<string> parameters)
    {
        HashSet<string> dependent = new(parameters, StringComparer.Ordinal);
        foreach (NodeProto node in nodes)
        {
            if (node.Input.Any(dependent.Contains))
            {
                dependent.UnionWith(node.Output.Where(output => shapes.Differentiable(output) && !graph.Stopped.Contains(output)));
            }
        }

        return dependent;
    }
}
