using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>Turns the gradient of a node's outputs into those of its inputs.</summary>
internal delegate void GradientRule(BackwardNode node);

/// <summary>A forward node as its gradient rule sees it.</summary>
internal sealed class BackwardNode(NodeProto node, GradientScope scope)
{
    public GraphMath Math => scope.Math(node.Output[0]);

    public OnnxGraphBuilder Graph => scope.Graph;

    public int Inputs => node.Input.Count;

    public int Outputs => node.Output.Count;

    public string Input(int index) => node.Input[index];

    public string Output(int index = 0) => node.Output[index];

    public bool HasInput(int index) => node.Input.Count > index && node.Input[index].Length > 0;

    /// <summary>Whether an input leads to a parameter.</summary>
    public bool Wants(int index) => HasInput(index) && scope.Wants(node.Input[index]);

    /// <summary>The first output's gradient, of its shape.</summary>
    public string Gradient() => scope.Gradient(node.Output[0]);

    /// <summary>An output's gradient, or zeros where the loss does not depend on it.</summary>
    public string GradientOrZeros(int output) => scope.HasGradient(node.Output[output])
        ? scope.Gradient(node.Output[output])
        : Math.ZerosLike(node.Output[output]);

    public ValueShape ShapeOfInput(int index) => scope.Shapes.Shape(node.Input[index]);

    public ValueShape ShapeOfOutput(int index = 0) => scope.Shapes.Shape(node.Output[index]);

    public OnnxElementType TypeOfInput(int index) => scope.Shapes.Type(node.Input[index]);

    /// <summary>Formulas in the type of an input.</summary>
    public GraphMath MathOfInput(int index) => scope.Math(node.Input[index]);

    /// <summary>Adds to an input's gradient, which nobody needs to have asked for.</summary>
    /// <param name="index">The input.</param>
    /// <param name="gradient">Of the input's shape.</param>
    public void Give(int index, string gradient) => scope.Contribute(node.Input[index], gradient, spread: false);

    /// <summary>Adds to an input's gradient what has its rank but broadcasts to its shape.</summary>
    public void GiveSpread(int index, string gradient) => scope.Contribute(node.Input[index], gradient, spread: true);

    /// <summary>Adds to an input's gradient what has the first output's shape: summed over the axes that the input was repeated along.</summary>
    public void GiveFitted(int index, string gradient) => Give(index, Broadcasting.Fit(Math, gradient, ShapeOfOutput(), node.Output[0], ShapeOfInput(index), node.Input[index]));

    public long Int(string name, long otherwise) => Attribute(name)?.I ?? otherwise;

    public float Float(string name, float otherwise) => Attribute(name)?.F ?? otherwise;

    public string Text(string name, string otherwise) => Attribute(name)?.S.ToStringUtf8() ?? otherwise;

    public long[] Ints(string name, params long[] otherwise) => Attribute(name) is { } attribute ? [.. attribute.Ints] : otherwise;

    /// <summary>The values of an input that is a constant list of integers.</summary>
    public long[]? ConstantIntegers(int index) =>
        scope.Graph.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == node.Input[index]) is { } tensor ? OnnxTensors.Integers(tensor) : null;

    /// <summary>Another node of the same operator and attributes, with other inputs.</summary>
    public string Again(params ReadOnlySpan<string> inputs)
    {
        NodeProto copy = node.Clone();
        string output = scope.Graph.Unused(node.OpType);
        (copy.Name, copy.Output[0]) = (output, output);
        copy.Input.Clear();
        copy.Input.AddRange(inputs.ToArray());
        scope.Graph.Append(copy);
        return output;
    }

    /// <summary>Asks the forward node for its next optional output.</summary>
    public string AlsoOutput() => scope.Graph.AlsoOutput(node);

    public UnsupportedOperatorException Unsupported(string reason) => new(node.OpType, Gradients.NameOf(node), reason);

    private AttributeProto? Attribute(string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
}
