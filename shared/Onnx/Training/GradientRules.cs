using System.Collections.Frozen;

namespace Pipeline.Onnx.Training;

/// <summary>The gradient rule of each operator that has one.</summary>
internal static class GradientRules
{
    public static FrozenDictionary<string, GradientRule> All { get; } = new KeyValuePair<string, GradientRule>[]
    {
        new("Abs", ElementwiseRules.Abs),
        new("Add", ArithmeticRules.Add),
        new("AveragePool", PoolingRules.AveragePool),
        new("BatchNormalization", BatchNormalizationRule.Apply),
        new("Cast", ShapeRules.Cast),
        new("Clip", ElementwiseRules.Clip),
        new("Concat", ShapeRules.Concat),
        new("Conv", ConvolutionRule.Apply),
        new("Div", ArithmeticRules.Divide),
        new("Dropout", ShapeRules.Dropout),
        new("Exp", ElementwiseRules.Exp),
        new("Expand", ShapeRules.Expand),
        new("Flatten", ShapeRules.Reshape),
        new("Gather", ShapeRules.Gather),
        new("Gemm", ProductRules.Gemm),
        new("GlobalAveragePool", PoolingRules.GlobalAveragePool),
        new("GlobalMaxPool", PoolingRules.GlobalMaxPool),
        new("HardSigmoid", ElementwiseRules.HardSigmoid),
        new("HardSwish", ElementwiseRules.HardSwish),
        new("Identity", ShapeRules.Identity),
        new("LeakyRelu", ElementwiseRules.LeakyRelu),
        new("Log", ElementwiseRules.Log),
        new("LogSoftmax", SoftmaxRules.LogSoftmax),
        new("MatMul", ProductRules.MatMul),
        new("MaxPool", PoolingRules.MaxPool),
        new("Mul", ArithmeticRules.Multiply),
        new("Neg", ElementwiseRules.Negate),
        new("Pow", ArithmeticRules.Power),
        new("Reciprocal", ElementwiseRules.Reciprocal),
        new("ReduceMean", ReductionRules.Mean),
        new("ReduceSum", ReductionRules.Sum),
        new("Relu", ElementwiseRules.Relu),
        new("Reshape", ShapeRules.Reshape),
        new("Sigmoid", ElementwiseRules.Sigmoid),
        new("Slice", ShapeRules.Slice),
        new("Softmax", SoftmaxRules.Softmax),
        new("Softplus", ElementwiseRules.Softplus),
        new("Split", ShapeRules.Split),
        new("Sqrt", ElementwiseRules.Sqrt),
        new("Squeeze", ShapeRules.Reshape),
        new("Sub", ArithmeticRules.Subtract),
        new("Sum", ArithmeticRules.Sum),
        new("Tanh", ElementwiseRules.Tanh),
        new("Transpose", ShapeRules.Transpose),
        new("Unsqueeze", ShapeRules.Reshape),
        new("Where", ArithmeticRules.Where),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
